import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/cli/progress';
import type { AttributionResult } from '../../src/engine/calls/service';

function lines() {
  const shown: string[] = [];
  const progress = createProgress({ show: (text) => void shown.push(text), clear: () => void shown.push('') });
  return { shown, progress };
}

const result = (delta: number | undefined, parameters: object) =>
  ({ record: { ...(delta !== undefined && { delta }), parameters } }) as AttributionResult;

describe('the line of progress', () => {
  it('says how often the model is asked, before it is and while', () => {
    const { shown, progress } = lines();
    progress.report({ stage: 'model', done: 0, total: 1 });
    progress.report({ stage: 'compute', done: 0, total: 50_177 });
    progress.report({ stage: 'compute', done: 12_544, total: 50_177 });
    progress.report({ stage: 'compute', done: 0, total: 1 });
    expect(shown).toEqual([
      'Loading the model …',
      'Computing … 0 % (0 of 50177)',
      'Computing … 24 % (12544 of 50177)',
      'Computing …',
    ]);
  });

  it('goes on with what a refining result has so far', () => {
    const { shown, progress } = lines();
    progress.refine(result(0.25, { steps: 50 }));
    progress.report({ stage: 'compute', done: 60, total: 154 });
    progress.refine(result(0.0625, { steps: 100 }));
    progress.report({ stage: 'compute', done: 154, total: 154 });
    progress.refine(result(undefined, { steps: 200 }));
    progress.report({ stage: 'compute', done: 0, total: 1 });
    expect(shown).toEqual([
      'Computing … 38 % (60 of 154), so far delta 0.25 with 50 steps',
      'Computing … 100 % (154 of 154), so far delta 0.0625 with 100 steps',
      'Computing …',
    ]);
  });
});
