import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { repository } from '../support/paths';
import { generatedParts, withParts } from './documents';
import { withMethods, withMethodTexts } from './manifest';

const DOCUMENTS = ['README.md', 'docs/methods.md'];

/** Every file that lists what the registries hold, by its path in the repository, as it should be. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const parts = generatedParts();
  const made: (readonly [string, string])[] = [
    ...DOCUMENTS.map((file) => [file, withParts(read(file), parts)] as const),
    ['package.json', json(withMethods(JSON.parse(read('package.json')) as Parameters<typeof withMethods>[0]))],
    ['package.nls.json', json(withMethodTexts(JSON.parse(read('package.nls.json')) as Record<string, string>))],
  ];
  return new Map(
    await Promise.all(
      made.map(async ([file, text]) => {
        const filepath = path.join(repository, file);
        return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
      }),
    ),
  );
}

function read(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8');
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
