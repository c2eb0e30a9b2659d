import { runNpmScript } from './command';
import type { Counts, StageResult } from './stages';
import { NO_TESTS, runStage } from './stages';

const CHECKS = [
  ['types', 'check:types'],
  ['lint and format', 'check:lint'],
  ['import boundaries', 'check:boundaries'],
  ['unused code', 'check:unused'],
] as const;

/** Types, lint, boundaries and unused code, two at a time; each that fails counts as one failure. */
export async function runChecks(): Promise<Counts[]> {
  const queue = [...CHECKS];
  const results: Counts[] = [];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const [name, script] = check;
      results.push(await runStage(name, () => npmStage(script)));
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function npmStage(script: string): Promise<StageResult> {
  const { code, output } = await runNpmScript(script);
  return { ...NO_TESTS, failed: code === 0 ? 0 : 1, details: output };
}
