import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { checkSpec } from '../../../src/formats/descriptions/spec';

interface Row {
  readonly value: unknown;
  readonly result?: { readonly spec: object; readonly warnings: readonly string[] };
  readonly refusal?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** What version 0.1.0, which checked specifications by hand, made of them. */
const golden = path.resolve(import.meta.dirname, '../../golden/stored/specs.json');
const rows = (JSON.parse(readFileSync(golden, 'utf8')) as Row[]).map((row): [string, Row] => [
  JSON.stringify(row.value).slice(0, 60),
  row,
]);

describe('a specification', () => {
  it.each(rows)('is taken or refused as before: %s', (_, { value, result, refusal }) => {
    if (result) {
      expect(checkSpec(value, 'lens.json')).toEqual(result);
      return;
    }
    let thrown: unknown;
    try {
      checkSpec(value, 'lens.json');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    const { code, message, hint } = thrown as UserError;
    expect({ code, message, hint }).toEqual(refusal);
  });
});
