import { seconds } from './command';
import { MissingError } from './missing';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a stage found; `details` is shown when something failed. */
export interface StageResult extends Counts {
  readonly details?: string;
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs one stage and prints its result in a line. A stage that throws has one failure. */
export async function runStage(name: string, work: () => Promise<StageResult>): Promise<Counts> {
  const started = Date.now();
  const result = await work().catch(failure);
  const verdict = result.failed > 0 ? 'FAILED' : 'ok';
  const counts = result.passed + result.failed > 0 ? `: ${describeCounts(result)}` : '';
  if (result.failed > 0 && result.details) console.log(`\n${result.details.trim()}\n`);
  console.log(`${verdict.padEnd(6)} ${name} (${seconds(Date.now() - started)})${counts}`);
  return result;
}

function failure(error: unknown): StageResult {
  const details = error instanceof MissingError ? error.message : error instanceof Error ? error.stack : String(error);
  return { ...NO_TESTS, failed: 1, ...(details ? { details } : {}) };
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** `N passed, N failed`, and `, N skipped` if any were. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
