import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableLines, printableMessage } from '../../src/core/printable';

/** Judged by number, not by the expression that the code has. */
function obeyed(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0)!).filter(
    (code) =>
      code < 0x20 ||
      (code >= 0x7f && code <= 0x9f) ||
      code === 0x61c ||
      code === 0x200b ||
      code === 0x200e ||
      code === 0x200f ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x2069) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfeff ||
      (code >= 0xfff9 && code <= 0xfffb),
  );
}

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });

describe('printable', () => {
  it.each([
    ['\u001b[2Jred', '\\x1b[2Jred'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u009b31mC1', '\\x9b31mC1'],
    ['abc\u202egnp.exe', 'abc\\u202egnp.exe'],
    ['a\u2065b', 'a\\u2065b'],
    ['one\u2028two\u2029three', 'one\\u2028two\\u2029three'],
    ['half \ud83d pair', 'half \\ud83d pair'],
    ['DEL\u007f BOM\ufeff', 'DEL\\x7f BOM\\ufeff'],
  ])('writes %j as escapes', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('leaves letters of every script, signs and pictures alone', () => {
    for (const text of ['Grün', 'קוף', 'نمر', '老虎', 'बाघ', '🐅 tiger', '100 % ± 0.5', 'می‌خواهم'])
      expect(printable(text)).toBe(text);
  });

  it('leaves nothing that is obeyed, of whatever text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(obeyed(printable(text))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(obeyed(printableLines(text)).filter((code) => code !== 10)).toEqual([]);
      }),
    );
  });

  it('cuts the middle out of what is too long, between characters', () => {
    expect(printable('x'.repeat(100_000), 60)).toBe(`${'x'.repeat(44)}…${'x'.repeat(15)}`);
    expect(printable('🐅'.repeat(500), 8)).toBe('🐅🐅🐅🐅🐅…🐅🐅');
    expect(Array.from(printable(`start ${'y'.repeat(5000)} end`, 20))).toHaveLength(20);
    expect(printable(`start ${'y'.repeat(5000)} end`, 20)).toMatch(/^start y+…y* end$/);
    expect(Array.from(printable('\u001b'.repeat(1e6), 100)).length).toBe(100);
  });

  it('makes no link in a message of the editor', () => {
    const text = printableMessage('No operator [run](command:workbench.action.quit) \u001b[2J, nor [a](https://b.c)');
    // The editor's own expression for links.
    expect(text).not.toMatch(/\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/i);
    expect(text).toBe('No operator [run] (command:workbench.action.quit) \\x1b[2J, nor [a] (https://b.c)');
  });

  it('keeps the value of a JSON document', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        const json = printableJson(JSON.stringify(value, undefined, 2));
        expect(obeyed(json).filter((code) => code !== 10)).toEqual([]);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
