import { describe, expect, it } from 'vitest';
import { griddingWords, onGrid } from '../../../src/core/render/onGrid';

describe('a map brought to the resolution of the model’s input', () => {
  it('is the same map where it has it', () => {
    const map = { data: Float32Array.of(1, 2, 3, 4), height: 2, width: 2, channels: 1 };
    expect(onGrid(map, { height: 2, width: 2 })).toBe(map);
    expect(griddingWords(map, { height: 2, width: 2 })).toBeUndefined();
  });

  // Half-pixel centres: new centres lie at −¼, ¼, ¾ and 1¼ of the old ones, held to the edge.
  it('is interpolated between the centres of its places, signs and all', () => {
    const map = { data: Float32Array.of(-4, 8), height: 1, width: 2, channels: 1 };
    const { data, height, width } = onGrid(map, { height: 2, width: 4 });
    expect([height, width]).toEqual([2, 4]);
    expect(Array.from(data)).toEqual([-4, -1, 5, 8, -4, -1, 5, 8]);
    expect(griddingWords(map, { height: 2, width: 4 })).toBe('2 × 1 places, enlarged bilinearly to 4 × 2');
  });
});
