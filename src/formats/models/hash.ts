import { createHash } from 'node:crypto';
import type { ModelInput } from '../../core/model/modelInfo';

/** SHA-256, hexadecimal, of a model's files and of how they are to be read (preprocessing and class names). */
export function hashModel(files: readonly Uint8Array[], input: ModelInput, classes: readonly string[]): string {
  const hash = createHash('sha256');
  for (const bytes of files) {
    hash.update(`${bytes.length}\n`);
    hash.update(bytes);
  }
  const meaning = { ...input, source: undefined };
  hash.update(JSON.stringify([meaning, classes]));
  return hash.digest('hex');
}
