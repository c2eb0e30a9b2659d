import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withParts } from '../../../scripts/methods/documents';
import { generatedFiles } from '../../../scripts/methods/generate';
import { withMethods, withMethodTexts } from '../../../scripts/methods/manifest';
import { repository } from '../../../scripts/support/paths';
import { attackMethods } from '../../../src/core/attack/registry';
import { attributionMethods, checkpointMethods } from '../../../src/core/attribution/registry';
import { metrics } from '../../../src/core/metric/registry';

describe('what is made from the registries', () => {
  it('stands in the files; else run npm run generate', async () => {
    const files = await generatedFiles();
    expect(files.size).toBe(4);
    for (const [file, text] of files) expect(readFileSync(path.join(repository, file), 'utf8'), file).toBe(text);
  });

  it('names every method, attack and metric in the README and in the methods page, with each parameter', async () => {
    const files = await generatedFiles();
    for (const { id, formula, parameters } of [...attributionMethods, ...attackMethods, ...metrics]) {
      const row = `| ${formula.replaceAll('|', '\\|')} `;
      expect(files.get('README.md')).toContain(`\`${id}\``);
      expect(files.get('README.md')).toContain(row);
      const section = files
        .get('docs/methods.md')!
        .split(/^### /m)
        .find((part) => part.startsWith(`\`${id}\``));
      expect(section, `a section on ${id}`).toBeDefined();
      for (const parameter of parameters) expect(section).toContain(`| \`${parameter.id}\` `);
    }
  });

  it('offers in the settings what the registry has, a text for each', () => {
    const properties: Record<string, Record<string, unknown>> = {
      'gradientLens.defaultMethod': { type: 'string', enum: ['gone'] },
    };
    const manifest = withMethods({ contributes: { configuration: { properties } } });
    const setting = manifest.contributes.configuration.properties['gradientLens.defaultMethod']!;
    expect(setting).toMatchObject({ type: 'string', default: 'gradient-x-input' });
    expect(setting.enum).toEqual([...attributionMethods, ...checkpointMethods].map(({ id }) => id));
    const texts = withMethodTexts({
      a: 'A',
      'setting.defaultMethod.gone': 'old',
      'setting.defaultMethod': 'First',
      b: 'B',
    });
    const keys = [...attributionMethods, ...checkpointMethods].map(({ id }) => `setting.defaultMethod.${id}`);
    expect(Object.keys(texts)).toEqual(['a', ...keys, 'setting.defaultMethod', 'b']);
    expect((setting.markdownEnumDescriptions as string[]).map((text) => text.slice(1, -1))).toEqual(keys);
    expect(texts[keys[0]!]).toContain(attributionMethods[0]!.formula);
  });

  it('replaces what stands between marks and nothing else', () => {
    const parts = new Map([['one', 'new']]);
    const text = 'a\n<!-- made from the registry: one -->\n\nold\n\n<!-- end -->\nb\n';
    expect(withParts(text, parts)).toBe('a\n<!-- made from the registry: one -->\n\nnew\n\n<!-- end -->\nb\n');
    expect(() => withParts(text.replace(': one', ': two'), parts)).toThrow('"two"');
    expect(() => withParts(text.replace('<!-- end -->', ''), parts)).toThrow('no end');
  });
});
