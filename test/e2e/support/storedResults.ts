import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeNpy } from '../../../src/formats/npy/npy';
import type { ServerFacts } from '../../../scripts/support/vscodeServer';

interface StoredRecord {
  readonly id: string;
  readonly kind: string;
  readonly created: string;
  readonly image: { readonly path?: string };
  /** Of attacks. */
  readonly epsilon?: number;
}

export interface StoredResult {
  readonly record: StoredRecord;
  readonly array: (name: string) => { readonly data: Float32Array; readonly shape: readonly number[] };
}

/** The results that the extension has stored for pictures in `folder`, newest first. */
export function storedResults(server: ServerFacts, folder: string): StoredResult[] {
  const storage = path.join(server.folder, 'data', 'User', 'workspaceStorage');
  if (!existsSync(storage)) return [];
  return readdirSync(storage, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'record.json' && !file.includes('.unfinished-'))
    .map((file): StoredResult => {
      const result = path.dirname(path.join(storage, file));
      return {
        record: JSON.parse(readFileSync(path.join(result, 'record.json'), 'utf8')) as StoredRecord,
        array: (name) => decodeNpy(readFileSync(path.join(result, name)), name),
      };
    })
    .filter(({ record }) => record.image.path?.startsWith(folder))
    .sort((a, b) => b.record.created.localeCompare(a.record.created));
}
