import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normsOf } from '../../../src/core/attack/norms';

describe('normsOf', () => {
  it('knows a 3-4-12-13 difference', () => {
    expect(normsOf(Float32Array.of(1, 1, 1, 1), Float32Array.of(4, -3, 13, 1))).toEqual({
      l0: 3,
      l1: 19,
      l2: 13,
      linf: 12,
    });
  });

  it('accumulates in float64: 10⁷ small differences', () => {
    const count = 10_000_000;
    const { l0, l1, l2, linf } = normsOf(new Float32Array(count), new Float32Array(count).fill(0.0625));
    expect({ l0, l1, l2, linf }).toEqual({ l0: count, l1: count / 16, l2: Math.sqrt(count) / 16, linf: 0.0625 });
  });

  it('keeps the order ‖·‖∞ ≤ ‖·‖₂ ≤ ‖·‖₁ ≤ l0·‖·‖∞, and is symmetric', () => {
    const values = fc.float32Array({ min: -4, max: 4, noNaN: true, minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { l0, l1, l2, linf } = normsOf(a, b);
        const slack = 1 + 1e-12;
        expect(linf).toBeLessThanOrEqual(l2 * slack);
        expect(l2).toBeLessThanOrEqual(l1 * slack);
        expect(l1).toBeLessThanOrEqual(l0 * linf * slack);
        expect(normsOf(b, a)).toEqual({ l0, l1, l2, linf });
      }),
    );
  });

  it('does not count the sign of zero, lets NaN through, refuses other lengths', () => {
    expect(normsOf(Float32Array.of(0), Float32Array.of(-0)).l0).toBe(0);
    expect(normsOf(Float32Array.of(0, 1), Float32Array.of(NaN, 2))).toEqual({ l0: 2, l1: NaN, l2: NaN, linf: NaN });
    expect(() => normsOf(new Float32Array(2), new Float32Array(3))).toThrow(RangeError);
  });
});
