import type { JsonValue } from '../json/json';

const DEEPEST = 8;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/**
 * A dictionary or list as Python prints it ({0: 'tench', 1: "potter's wheel"}), as JSON; also what JSON forbids and people write,
 * such as a comma at the end. Undefined for anything else.
 */
export function parsePythonLiteral(text: string): JsonValue | undefined {
  let at = 0;
  const fail = () => new SyntaxError('not a literal');

  function skip(): void {
    while (/[\s]/.test(text[at] ?? '')) at++;
  }

  function take(character: string): boolean {
    skip();
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function readText(quote: string): string {
    let value = '';
    for (at++; text[at] !== quote; at++) {
      if (at >= text.length) throw fail();
      if (text[at] !== '\\') value += text[at]!;
      else {
        at++;
        value += ESCAPES[text[at] ?? ''] ?? text[at] ?? '';
      }
    }
    at++;
    return value;
  }

  function readValue(depth: number): JsonValue {
    skip();
    const first = text[at] ?? '';
    if (depth > DEEPEST) throw fail();
    if (first === '"' || first === "'") return readText(first);
    if (take('{')) return readEntries(depth);
    if (take('[')) return readItems(']', depth);
    if (take('(')) return readItems(')', depth);
    const [number] = /^\d{1,9}/.exec(text.slice(at, at + 10)) ?? [];
    if (number === undefined) throw fail();
    at += number.length;
    return Number(number);
  }

  function readItems(end: string, depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    while (!take(end)) {
      items.push(readValue(depth + 1));
      if (!take(',') && text[at] !== end) throw fail();
    }
    return items;
  }

  function readEntries(depth: number): JsonValue {
    const entries: [string, JsonValue][] = [];
    while (!take('}')) {
      const key = readValue(depth + 1);
      if ((typeof key !== 'string' && typeof key !== 'number') || !take(':')) throw fail();
      entries.push([String(key), readValue(depth + 1)]);
      if (!take(',') && text[at] !== '}') throw fail();
    }
    return Object.fromEntries(entries);
  }

  try {
    const value = readValue(0);
    skip();
    return at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
