import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MissingError } from '../../scripts/support/missing';
import { describeCounts, runStage, sumCounts } from '../../scripts/support/stages';
import { countVitest } from '../../scripts/support/vitestStage';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, success: true };

describe('counting what vitest ran', () => {
  it('takes the numbers of a whole run', () => {
    expect(countVitest(report, 0, '')).toMatchObject({ passed: 3, failed: 0, skipped: 2 });
  });

  it.each([
    ['ended without a report', undefined, 1],
    ['ended with a status although no test failed', report, 1],
    ['could not load a file', { ...report, success: false }, 0],
    ['had no test', { ...report, numPassedTests: 0 }, 0],
  ])('is a failure where a run %s', (_case, given, code) => {
    expect(countVitest(given, code, '').failed).toBe(1);
  });

  it('keeps the number of failed tests', () => {
    expect(countVitest({ ...report, numFailedTests: 4, success: false }, 1, '').failed).toBe(4);
  });
});

describe('running a stage', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  });
  afterEach(() => vi.restoreAllMocks());

  it('counts a stage that throws as one failure and says why in a sentence', async () => {
    const counts = await runStage('workbench', () => Promise.reject(new MissingError('Chromium is missing.')));
    expect(counts.failed).toBe(1);
    expect(lines.join('\n')).toContain('Chromium is missing.');
    expect(lines.join('\n')).not.toContain('at ');
  });

  it('is quiet about the details of a stage that passed', async () => {
    await runStage('unit', async () => ({ passed: 2, failed: 0, skipped: 0, details: 'much output' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^ok .*unit.*2 passed, 0 failed$/);
  });
});

describe('the last line', () => {
  it('sums up all stages', () => {
    const sum = sumCounts([
      { passed: 3, failed: 1, skipped: 0 },
      { passed: 4, failed: 0, skipped: 2 },
    ]);
    expect(describeCounts(sum)).toBe('7 passed, 1 failed, 2 skipped');
    expect(describeCounts({ ...sum, skipped: 0 })).toBe('7 passed, 1 failed');
  });
});
