import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankClasses } from '../../../src/core/result/classes';

const scores = {
  logits: Float32Array.of(9, 9, 9, 9, 1, 3, 3, 2),
  probabilities: Float32Array.of(1, 1, 1, 1, 0.125, 0.375, 0.375, 0.125),
  count: 2,
  classes: 4,
};
const names = ['a', 'b', 'c'];

describe('rankClasses', () => {
  it('ranks the asked row by probability, ties by index, and names nameless classes by index', () => {
    expect(rankClasses(scores, 1, names)).toEqual([
      { index: 1, name: 'b', logit: 3, probability: 0.375 },
      { index: 2, name: 'c', logit: 3, probability: 0.375 },
      { index: 0, name: 'a', logit: 1, probability: 0.125 },
      { index: 3, name: '3', logit: 2, probability: 0.125 },
    ]);
  });

  it('keeps the top and those always wanted, in order, each once', () => {
    const indices = (top: number, always: number[]) =>
      rankClasses(scores, 1, names, { top, always }).map(({ index }) => index);
    expect(indices(1, [])).toEqual([1]);
    expect(indices(2, [3])).toEqual([1, 2, 3]);
    expect(indices(2, [2, 2, 1])).toEqual([1, 2]);
    expect(indices(0, [0])).toEqual([0]);
  });

  it('puts NaN last and agrees with sorting otherwise', () => {
    const value = fc.oneof(
      fc.constant(NaN),
      fc.integer({ min: 0, max: 4 }).map((quarter) => quarter / 4),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), (list) => {
        const probabilities = Float32Array.from(list);
        const ranked = rankClasses({ logits: probabilities, probabilities, count: 1, classes: list.length }, 0, []);
        expect(ranked.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...list.keys()]);
        for (const [place, { index, probability }] of ranked.entries()) {
          const next = ranked[place + 1];
          if (next === undefined || Number.isNaN(next.probability)) continue;
          expect(probability > next.probability || (probability === next.probability && index < next.index)).toBe(true);
        }
      }),
    );
  });
});
