import { decodeNpy } from '../../../formats/npy/npy';
import { unreadable } from '../failures';
import { MOST_CLASSES } from '../source';
import type { OpenArray } from './npyArrays';

const LARGEST_LABELS = 512 * 1024 ** 2;

/**
 * Class numbers from an array: one whole number to an image (n, or n × 1), or one-hot rows (n × classes).
 * Throws `UserError('dataset-unreadable')` for everything else.
 */
export async function labelsOf({ name, header, bytes }: OpenArray): Promise<Uint16Array> {
  const { shape } = header;
  const [count = 0, width = 1] = shape;
  const wrong = (what: string) =>
    unreadable(`The labels in "${name}" ${what}.`, 'Save class numbers from 0 on, one to an image, as whole numbers.');
  if (shape.length < 1 || shape.length > 2) throw wrong(`have the shape ${shape.join(' × ') || 'of a single number'}`);
  if (bytes.length > LARGEST_LABELS) throw wrong(`take ${Math.round(bytes.length / 1024 ** 2)} MB`);
  const { data } = decodeNpy(await bytes.read(0, bytes.length), name);
  if (width === 1) {
    const strange = data.find((label) => !Number.isInteger(label) || label < 0 || label >= MOST_CLASSES);
    if (strange !== undefined) throw wrong(`hold ${strange}, which is no class number`);
    return Uint16Array.from(data);
  }
  return Uint16Array.from({ length: count }, (_, row) => {
    const label = oneHot(data.subarray(row * width, (row + 1) * width));
    if (label < 0 || label >= MOST_CLASSES) throw wrong(`are ${count} × ${width}, and row ${row} is not one-hot`);
    return label;
  });
}

/** The place of the only 1 in a row of zeros, or −1. */
function oneHot(row: Float32Array): number {
  const at = row.indexOf(1);
  return row.every((value, i) => value === (i === at ? 1 : 0)) ? at : -1;
}
