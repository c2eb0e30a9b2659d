import { UserError } from '../../core/errors';
import type { ImageSet } from './dataset';
import { unreadable } from './failures';
import { countByClass } from './stratify';
import { relabelled } from './subsets';

interface Parts {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** The images of the classes `wanted`, numbered in that order; all of them where none are named. Throws `UserError('unknown-class')`. */
export function chooseClasses(
  { train, test }: Parts,
  classes: readonly string[],
  wanted: readonly string[] | undefined,
): Parts & { readonly classes: readonly string[] } {
  if (wanted === undefined) return { train, test, classes };
  const numbers = new Map<number, number>();
  wanted.forEach((name, number) => {
    const old = classes.indexOf(name);
    if (old < 0)
      throw new UserError(
        'unknown-class',
        `The data set has no class "${name}".`,
        `Its classes are ${classes.slice(0, 20).join(', ')}${classes.length > 20 ? ', …' : ''}.`,
      );
    if (numbers.has(old))
      throw new UserError('parameter', `The class "${name}" is named twice.`, 'Name each class once.');
    numbers.set(old, number);
  });
  const only = (set: ImageSet): ImageSet => {
    const indices = Uint32Array.from(set.labels.keys()).filter((index) => numbers.has(set.labels[index]!));
    return relabelled(
      set,
      indices,
      Uint16Array.from(indices, (index) => numbers.get(set.labels[index]!)!),
    );
  };
  return { train: only(train), test: only(test), classes: wanted };
}

/** Throws `UserError('dataset-unreadable')` where fewer than two classes have images to train on. */
export function requireTwoClasses(train: ImageSet, classes: readonly string[], name: string): void {
  const counts = countByClass(train.labels, classes.length);
  const [only, ...others] = classes.filter((_, label) => counts[label]! > 0);
  if (others.length > 0) return;
  throw unreadable(
    `"${name}" has ${only === undefined ? 'no images' : `images of one class only, "${only}",`} to train on.`,
    'Choose a data set with images of two classes or more.',
  );
}

/** What a person should know of classes that have few images. */
export function classWarnings(train: ImageSet, test: ImageSet, classes: readonly string[]): string[] {
  const trained = countByClass(train.labels, classes.length);
  const tested = countByClass(test.labels, classes.length);
  const named = (numbers: readonly number[]) => {
    const names = numbers.slice(0, 5).map((number) => `"${classes[number]!}"`);
    return names.join(', ') + (numbers.length > names.length ? ` and ${numbers.length - names.length} more` : '');
  };
  const numbers = classes.map((_, number) => number);
  const untrained = numbers.filter((number) => trained[number] === 0);
  const untested = numbers.filter((number) => trained[number]! > 0 && tested[number] === 0);
  const warnings = untrained.length > 0 ? [`There are no images to train on of ${named(untrained)}.`] : [];
  if (test.count === 0) return [...warnings, 'There are no images to test on.'];
  return untested.length > 0 ? [...warnings, `There are no images to test on of ${named(untested)}.`] : warnings;
}
