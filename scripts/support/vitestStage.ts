import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command';
import { temporaryFolder } from './paths';
import type { StageResult } from './stages';

/** What vitest's JSON reporter says. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

/** Runs vitest with a configuration; a run that ends early, or without a test, is a failure. */
export async function runVitest(config: string, env: NodeJS.ProcessEnv = {}): Promise<StageResult> {
  const report = path.join(temporaryFolder('gradient-lens-report-'), 'vitest.json');
  const args = [path.join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', config];
  const result = await run(
    process.execPath,
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env, timeLimitMinutes: 17 },
  );
  const parsed = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as VitestReport) : undefined;
  return countVitest(parsed, result.code, result.output);
}

export function countVitest(report: VitestReport | undefined, code: number, output: string): StageResult {
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const broken = report === undefined || !report.success || code !== 0 || passed === 0;
  return { passed, failed: broken ? Math.max(failed, 1) : failed, skipped, details: output };
}
