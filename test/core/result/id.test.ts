import { describe, expect, it } from 'vitest';
import { isResultId, resultId } from '../../../src/core/result/id';

describe('resultId', () => {
  it('is time and randomness, in UTC', () => {
    expect(resultId('2025-01-31T23:59:59.123Z', Uint8Array.of(11, 173, 202, 254))).toBe('20250131T235959Z-0badcafe');
    expect(resultId('2025-02-01T00:59:59+01:00', Uint8Array.of(0, 0, 0, 1, 9))).toBe('20250131T235959Z-00000001');
    expect(() => resultId('2025-01-31T23:59:59Z', new Uint8Array(3))).toThrow(RangeError);
  });

  it('is known again; a path is not', () => {
    expect(isResultId('20250131T235959Z-0badcafe')).toBe(true);
    for (const text of ['', '..', '../x', 'a/b', 'a\\b', '-a', 'a b', 'a.json', 'x'.repeat(200)])
      expect(isResultId(text)).toBe(false);
  });
});
