import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  bytes,
  choice,
  either,
  list,
  literal,
  object,
  optional,
  possible,
  such,
  table,
  text,
  variant,
} from '../../../src/core/schema/kinds';
import { measured, number, rangeWords, whole } from '../../../src/core/schema/numbers';
import { misfitText, type Of, read, readIf, reading } from '../../../src/core/schema/schema';

const inner = object({ name: text(3), value: measured });
const outer = object({
  version: literal(1),
  side: whole(1, 8),
  inners: possible(list(inner, 2)),
  kind: choice(['a', 'b']),
});
const good = { version: 1, side: 8, kind: 'a', inners: [{ name: 'abc', value: 2 }] };

function misfit(value: unknown): string | undefined {
  const found = reading(outer, value).misfit;
  return found && misfitText(found);
}

describe('a schema', () => {
  it('gives what it declares and nothing else', () => {
    expect(read(outer, { ...good, more: 1, inners: [{ name: 'x', value: null, more: 1 }] })).toEqual({
      ...good,
      inners: [{ name: 'x', value: NaN }],
    });
    expect(read(outer, { ...good, inners: undefined })).not.toHaveProperty('inners');
    expect(read(object({ a: optional(text()) }), {})).toEqual({ a: undefined });
    expectTypeOf<Of<typeof outer>>().toEqualTypeOf<{
      readonly version: 1;
      readonly side: number;
      readonly inners?: readonly { readonly name: string; readonly value: number }[];
      readonly kind: 'a' | 'b';
    }>();
  });

  it.each<[string, unknown, string | undefined]>([
    ['what fits', good, undefined],
    ['a list for an object', [], 'not an object'],
    ['nothing', null, 'not an object'],
    ['what is missing', { ...good, side: undefined }, 'side: not a whole number from 1 to 8'],
    ['a fraction', { ...good, side: 1.5 }, 'side: not a whole number from 1 to 8'],
    ['NaN', { ...good, side: NaN }, 'side: not a whole number from 1 to 8'],
    ['another choice', { ...good, kind: 'constructor' }, 'kind: not one of "a", "b"'],
    [
      'what lies deep',
      { ...good, inners: [good.inners[0], { name: 'abcd', value: 1 }] },
      'inners.1.name: not a text of at most 3 characters',
    ],
    ['too many', { ...good, inners: [1, 2, 3].map(() => good.inners[0]) }, 'inners: not a list of at most 2 items'],
  ])('says of %s where and what', (_, value, words) => {
    expect(misfit(value)).toBe(words);
    if (words === undefined) expect(read(outer, value)).toEqual(value);
    else expect(() => read(outer, value)).toThrow(new TypeError(words));
  });

  it('tells objects apart by their tag', () => {
    const message = variant('type', [
      object({ type: literal('go') }),
      object({ type: literal('turn'), by: number(-1, 1) }),
    ]);
    expect(read(message, { type: 'go', by: 7 })).toEqual({ type: 'go' });
    for (const [value, words] of [
      [{ type: 'turn', by: 2 }, 'by: not a number from -1 to 1'],
      [{ type: 'constructor' }, 'type: not a known type'],
      [[], 'type: not a known type'],
      ['go', 'not an object'],
    ] as const)
      expect(() => read(message, value)).toThrow(words);
  });

  it('of two possibilities says the misfit of the one that was meant', () => {
    const path = either(text(), outer, 'a path or a description');
    expect(reading(path, { ...good, side: 0 }).misfit?.path).toEqual(['side']);
    expect(reading(path, 7).misfit).toEqual({ path: [], wanted: 'a path or a description' });
  });

  it('asks for what was added to a schema, also among many', () => {
    const even = such(whole(0), (value) => value % 2 === 0, 'an even number');
    const entry = object({ even, evens: possible(list(even)) });
    expect(read(list(entry), [{ even: 2, evens: [4, 6] }])).toEqual([{ even: 2, evens: [4, 6] }]);
    expect(() => read(list(entry), [{ even: 2 }, { even: 2, evens: [4, 5] }])).toThrow('1.evens.1: not an even number');
    expect(() => read(entry, { even: 3 })).toThrow('even: not an even number');
    expect(() => read(list(text(2)), ['a', 'abc'])).toThrow('1: not a text of at most 2 characters');
    expect(read(list(measured), [1, null, NaN])).toEqual([1, NaN, NaN]);
  });

  it('bounds tables and knows bytes from lists', () => {
    expect(readIf(table(number(), 2), { a: 1, b: 2 })).toEqual({ a: 1, b: 2 });
    for (const value of [{ a: 1, b: 2, c: 3 }, { a: 'x' }, [1]])
      expect(readIf(table(number(), 2), value)).toBeUndefined();
    expect(readIf(bytes, new Uint8Array(2))).toEqual(new Uint8Array(2));
    expect(readIf(bytes, [0, 0])).toBeUndefined();
  });
});

describe('a range', () => {
  it('excludes an open end', () => {
    const share = number(0, 1, 'open');
    expect([0, 1e-300, 0.5, 1, Infinity].map((value) => readIf(share, value))).toEqual([
      undefined,
      1e-300,
      0.5,
      undefined,
      undefined,
    ]);
    expect([0, 1].map((value) => readIf(number(0, 1, 'openBelow'), value))).toEqual([undefined, 1]);
  });

  it('is said in words', () => {
    expect(
      [whole(1, 4096), whole(0), number(0, 0.9), number(0, 1000, 'openBelow'), number(0, 1, 'open')].map(({ range }) =>
        rangeWords(range),
      ),
    ).toEqual(['from 1 to 4096', 'from 0 on', 'from 0 to 0.9', 'above 0 and up to 1000', 'above 0 and below 1']);
    expect(reading(whole(1, 8, 'pixels'), 9).misfit?.wanted).toBe('a whole number of pixels from 1 to 8');
    expect(reading(number(), Infinity).misfit?.wanted).toBe('a number');
  });
});
