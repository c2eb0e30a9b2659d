import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const hashBytes = 8;

/** Committed list of the hashes of all official test images, `hashBytes` each, in the official order. */
export const testHashesFile = join(__dirname, '..', '..', 'test', 'golden', 'fashion-mnist-test-hashes.bin');

/** The first eight bytes of the SHA-256 of an image's 784 bytes (rows from the top), hexadecimal. */
export function imageHash(pixels: Uint8Array): string {
  return createHash('sha256')
    .update(pixels)
    .digest('hex')
    .slice(0, hashBytes * 2);
}

/** Hashes as bytes, one after the other: 8 bytes an image. */
export function packHashes(hashes: readonly string[]): Uint8Array {
  return Buffer.from(hashes.join(''), 'hex');
}

/** Hash of every official test image → its index in the official test set. */
export function readTestHashes(): Map<string, number> {
  const text = readFileSync(testHashesFile).toString('hex');
  const width = hashBytes * 2;
  const indexOf = new Map<string, number>();
  for (let index = 0; index * width < text.length; index += 1) {
    indexOf.set(text.slice(index * width, (index + 1) * width), index);
  }
  return indexOf;
}
