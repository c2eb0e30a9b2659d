import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LENS_SCHEMA_FILE, lensSchema, lensSchemaText } from '../../scripts/support/lensSchema';
import { repository } from '../../scripts/support/paths';
import { MODEL_LIMITS } from '../../src/core/model/limits';
import { PRESETS } from '../../src/core/model/presets';

interface Manifest {
  readonly contributes: {
    readonly jsonValidation: readonly { readonly fileMatch: readonly string[]; readonly url: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly items: Items }>> };
  };
}
interface Items {
  readonly properties: { readonly spec: { readonly oneOf: readonly [object, object] } };
}

const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as Manifest;

/** Without the sentences, which the manifest has in its own file of texts. */
function structure(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structure);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, inner]) => !['$schema', 'title'].includes(key) && !(key === 'description' && typeof inner === 'string'),
      )
      .map(([key, inner]) => [key, structure(inner)]),
  );
}

describe('the JSON Schema of lens.json', () => {
  it('is as its script writes it', () => {
    expect(readFileSync(LENS_SCHEMA_FILE, 'utf8')).toBe(lensSchemaText());
  });

  it('has the limits and presets of the program', () => {
    const { properties: input } = (lensSchema().properties as { readonly input: { readonly properties: object } })
      .input;
    expect(input).toMatchObject({
      height: { type: 'integer', minimum: 1, maximum: MODEL_LIMITS.inputSide },
      preset: { enum: Object.keys(PRESETS) },
      range: { minItems: 2, maxItems: 2 },
    });
  });

  it('is given to the editor for the files that are looked for beside a model', () => {
    const [{ fileMatch, url } = { fileMatch: [], url: '' }] = manifest.contributes.jsonValidation;
    expect(fileMatch).toEqual(['lens.json', '*.lens.json']);
    expect(existsSync(path.join(repository, url))).toBe(true);
  });

  it('is that of a description among the settings', () => {
    const { spec } = manifest.contributes.configuration.properties['gradientLens.models']!.items.properties;
    expect(structure(spec.oneOf[1])).toEqual(structure(lensSchema()));
  });
});
