import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledImages } from './images';
import { imagePixels } from './images';

const folder = join(__dirname, '..', '..', '..', 'shared', 'data', 'fashion-mnist');
const imagesFile = join(folder, 't10k-images-idx3-ubyte.gz');
const labelsFile = join(folder, 't10k-labels-idx1-ubyte.gz');

/** Whether the official test set lies beside the project (`../shared/data/fashion-mnist`). */
export function hasOfficialTestSet(): boolean {
  return existsSync(imagesFile) && existsSync(labelsFile);
}

/** The 10,000 official test images in their order, from the IDX files. Throws if they are absent or not what they should be. */
export function readOfficialTestSet(): LabelledImages {
  const pixels = readIdx(imagesFile, 0x803, 16);
  const labels = readIdx(labelsFile, 0x801, 8);
  if (labels.length !== 10_000 || pixels.length !== labels.length * imagePixels) {
    throw new Error(`${folder} does not hold the 10,000 official test images`);
  }
  return { pixels, labels };
}

function readIdx(file: string, magic: number, header: number): Uint8Array {
  const bytes = gunzipSync(readFileSync(file));
  if (bytes.readUInt32BE(0) !== magic) throw new Error(`${file} is not an IDX file of the expected kind`);
  return bytes.subarray(header);
}
