import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseLabels } from '../../../model/labels';
import { unreadable } from '../failures';
import { FASHION_MNIST_CLASSES, FASHION_MNIST_LABELS } from '../fashionMnist';
import { MOST_CLASSES } from '../source';

const NAMES = ['labels.txt', 'classes.txt', 'class_names.txt', 'batches.meta.txt', 'fine_label_names.txt'];
const LARGEST_FILE = 8 * 1024 ** 2;

/**
 * Names of the classes 0 … the largest label, from a text file beside the data (one name a line), else known, else numbers.
 * Throws `UserError('dataset-unreadable')` for a label that such a file does not name.
 */
export async function classNames(folder: string, labels: readonly Uint16Array[]): Promise<string[]> {
  let largest = -1;
  for (const part of labels) for (const label of part) if (label > largest) largest = label;
  if (largest >= MOST_CLASSES)
    throw unreadable(
      `A label in "${path.basename(folder)}" is ${largest}, and at most ${MOST_CLASSES} classes are read.`,
      'Check that the labels are class numbers from 0 on.',
    );
  for (const file of NAMES) {
    const names = await namesIn(path.join(folder, file));
    if (names === undefined) continue;
    if (largest >= names.length)
      throw unreadable(
        `A label is ${largest}, and ${file} names ${names.length} classes.`,
        `Name every class in ${file}, one a line, or remove that file.`,
      );
    return names;
  }
  if (largest < FASHION_MNIST_CLASSES.length && isFashionMnist(folder, labels)) return [...FASHION_MNIST_CLASSES];
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

async function namesIn(file: string): Promise<string[] | undefined> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile() || facts.size > LARGEST_FILE) return undefined;
  const names = parseLabels(new TextDecoder().decode(await readFile(file)));
  if (names.length === 0) return undefined;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw unreadable(
    `${path.basename(file)} names the class "${twice}" twice.`,
    'Give each class a name of its own, one a line.',
  );
}

function isFashionMnist(folder: string, labels: readonly Uint16Array[]): boolean {
  if (/^fashion[-_ ]?mnist$/i.test(path.basename(folder))) return true;
  return labels.some((part) =>
    FASHION_MNIST_LABELS.includes(createHash('sha256').update(Uint8Array.from(part)).digest('hex')),
  );
}
