import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { findClass } from '../../../src/core/result/findClass';

const NAMES = [
  'T-shirt/top',
  'Trouser',
  'Sandal',
  'Shirt',
  'Ankle boot',
  'crane',
  'crane',
  'tench, Tinca tinca',
  'i',
  'I',
];

const failureOf = (wanted: number | string, names: readonly string[] = NAMES): UserError => {
  try {
    findClass(names, wanted);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`found ${wanted}`);
};

describe('findClass', () => {
  it.each([
    [0, 0],
    ['4', 4],
    ['Sandal', 2],
    [' sandal ', 2],
    ['ankle-boot', 4],
    ['AnkleBoot', 4],
    ['t-shirt', 0],
    ['top', 0],
    ['shirt', 3],
    ['Tinca tinca', 7],
    ['i', 8],
    ['I', 9],
  ])('%o is class %i', (wanted, expected) => {
    expect(findClass(NAMES, wanted)).toBe(expected);
  });

  it('a name that is a number is a name first', () => {
    expect(findClass(['3', '1', '4', '0'], '0')).toBe(3);
    expect(findClass(['3', '1', '4', '0'], 0)).toBe(0);
  });

  it.each([[-1], [10], [1.5], [NaN], ['10'], ['99999999999999999999'], [''], ['?!'], ['quokka']])(
    'refuses %o',
    (wanted) => {
      expect(failureOf(wanted).code).toBe('unknown-class');
    },
  );

  it('suggests the nearest names, else the range', () => {
    expect(failureOf('sandle').hint).toContain('"Sandal"');
    expect(failureOf('ankl').hint).toContain('"Ankle boot"');
    expect(failureOf('cran').hint).toBe('Did you mean "crane"?');
    expect(failureOf('tinca tinka').hint).toContain('"tench, Tinca tinca"');
    expect(failureOf('quokka').hint).toContain('0 to 9');
  });

  it('asks for the index where classes share a name', () => {
    expect(failureOf('crane').hint).toContain('5, 6');
  });
});
