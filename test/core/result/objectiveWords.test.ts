import { describe, expect, it } from 'vitest';
import { explainedClass, objectiveWords } from '../../../src/core/result/objectiveWords';
import { requestOf } from '../../../src/extension/panel/panelRequest';
import type { Result } from '../../../src/extension/results/resultFiles';

const objective = { kind: 'logit', classIndex: 2, className: 'cat', value: 1 } as const;
const margin = { ...objective, kind: 'combination', against: { classIndex: 5, className: 'dog' } } as const;

describe('what was differentiated', () => {
  it('is said by its kind and class, or by both classes', () => {
    expect(objectiveWords(objective)).toBe('logit of cat');
    expect(objectiveWords({ ...objective, kind: 'cross-entropy' })).toBe('cross-entropy of cat');
    expect(objectiveWords(margin)).toBe('logit of cat − logit of dog');
    expect([explainedClass(objective), explainedClass(margin)]).toEqual(['cat', 'cat rather than dog']);
  });

  it('is asked for again as it was', () => {
    const asked = (given: typeof objective | typeof margin): unknown =>
      requestOf({ record: { kind: 'attribution', method: 'gradient', objective: given, parameters: {} } } as Result);
    const request = { method: 'gradient', classIndex: 2, objective: 'logit', parameters: {} };
    expect(asked(objective)).toEqual({ kind: 'attribution', request });
    expect(asked(margin)).toEqual({ kind: 'attribution', request: { ...request, against: 5 } });
  });
});
