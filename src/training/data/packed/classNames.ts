import { countOf } from '../../../core/countOf';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../core/errors';
import type { ClassNames } from '../../../formats/labels/labels';
import { readLabels } from '../../../formats/labels/labelFile';
import { unreadable } from '../failures';
import { FASHION_MNIST_CLASSES, FASHION_MNIST_LABELS } from '../fashionMnist';
import { MOST_CLASSES } from '../source';

const NAMES = ['labels.txt', 'classes.txt', 'class_names.txt', 'batches.meta.txt', 'fine_label_names.txt'];
const LARGEST_FILE = 8 * 1024 ** 2;

export interface PackedClasses {
  readonly names: readonly string[];
  /** False: nothing names them, and the names are the numbers of the labels. */
  readonly isNamed: boolean;
  readonly warnings: readonly string[];
}

/**
 * Names of the classes 0 … the largest label, from a label file beside the data, else known, else numbers.
 * Throws `UserError('dataset-unreadable')` for a label that such a file does not name.
 */
export async function classNames(folder: string, labels: readonly Uint16Array[]): Promise<PackedClasses> {
  let largest = -1;
  for (const part of labels) for (const label of part) if (label > largest) largest = label;
  if (largest >= MOST_CLASSES)
    throw unreadable(
      `A label in "${path.basename(folder)}" is ${largest}, and at most ${MOST_CLASSES} classes are read.`,
      'Check that the labels are class numbers from 0 on.',
    );
  for (const file of NAMES) {
    const found = await namesIn(path.join(folder, file));
    if (found === undefined) continue;
    const { names, warnings } = found;
    if (largest >= names.length)
      throw unreadable(
        `A label is ${largest}, and ${file} names ${countOf(names.length, 'class', 'classes')}.`,
        `Name every class in ${file}, one a line, or remove that file.`,
      );
    return { names, isNamed: true, warnings };
  }
  if (largest < FASHION_MNIST_CLASSES.length && isFashionMnist(folder, labels))
    return { names: FASHION_MNIST_CLASSES, isNamed: true, warnings: [] };
  return { names: Array.from({ length: largest + 1 }, (_, label) => String(label)), isNamed: false, warnings: [] };
}

async function namesIn(file: string): Promise<ClassNames | undefined> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile() || facts.size > LARGEST_FILE) return undefined;
  const bytes = await readFile(file);
  if (bytes.toString('latin1').trim() === '') return undefined;
  const found = readNames(bytes, path.basename(file));
  const twice = found.names.find((name, i) => found.names.indexOf(name) < i);
  if (twice === undefined) return found;
  throw unreadable(
    `${path.basename(file)} names the class "${twice}" twice.`,
    'Give each class a name of its own, one a line.',
  );
}

function readNames(bytes: Uint8Array, name: string): ClassNames {
  try {
    return readLabels(bytes, name);
  } catch (error) {
    if (error instanceof UserError) throw unreadable(error.message, error.hint);
    throw error;
  }
}

function isFashionMnist(folder: string, labels: readonly Uint16Array[]): boolean {
  if (/^fashion[-_ ]?mnist$/i.test(path.basename(folder))) return true;
  return labels.some((part) =>
    FASHION_MNIST_LABELS.includes(createHash('sha256').update(Uint8Array.from(part)).digest('hex')),
  );
}
