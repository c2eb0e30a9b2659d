import type { Dataset, ImageSet } from './dataset';
import { relabelled } from './subsets';

/** The names in the order of Python's `sorted`, by code points: "10" before "2", "Z" before "a". */
export function pythonOrder(names: readonly string[]): string[] {
  return [...names].sort(byCodePoints);
}

function byCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)! : 1;
}

/**
 * A data set with its classes numbered anew: class i is the one that was `order[i]`, and is called `names[i]`. Its images, and
 * which of them are tested on, stay the same.
 */
export function orderClasses(dataset: Dataset, order: readonly number[], names: readonly string[]): Dataset {
  const { info } = dataset;
  if (order.every((old, now) => old === now && info.classes[old] === names[now])) return dataset;
  return {
    ...dataset,
    info: { ...info, classes: names, classCounts: order.map((old) => info.classCounts[old]!) },
    train: renumbered(dataset.train, order),
    test: renumbered(dataset.test, order),
  };
}

/** The same images with class i for what was class `order[i]`. */
function renumbered(set: ImageSet, order: readonly number[]): ImageSet {
  const numbers = new Map(order.map((old, now) => [old, now]));
  return relabelled(
    set,
    Uint32Array.from(set.labels.keys()),
    set.labels.map((label) => numbers.get(label)!),
  );
}
