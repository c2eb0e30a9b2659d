import type { ClassScore, LabelFacts } from '../../core/result/record';
import { findClass } from '../../core/result/findClass';
import { labelFromPath } from '../../core/result/label';

/**
 * The true label as far as it is known: `given` (class index or name), else what the file or folder name says.
 * Throws `UserError('unknown-class')` for a given one that the model does not have.
 */
export function knownLabel(
  given: number | string | undefined,
  imagePath: string,
  classNames: readonly string[],
): LabelFacts | undefined {
  if (given !== undefined) return userLabel(given, classNames);
  const found = labelFromPath(imagePath, classNames);
  return found === undefined ? undefined : { ...found, name: nameOf(found.index, classNames) };
}

export function userLabel(given: number | string, classNames: readonly string[]): LabelFacts {
  const index = findClass(classNames, given);
  return { index, name: nameOf(index, classNames), source: 'user' };
}

export function predictedLabel({ index, name }: ClassScore): LabelFacts {
  return { index, name, source: 'prediction' };
}

/** What is to be said where the loss of the true class is asked for and another class was chosen as well. */
export function classLeft(label: LabelFacts, chosen: LabelFacts | undefined): readonly string[] {
  if (chosen === undefined || chosen.index === label.index) return [];
  return [
    `The loss is that of the true class "${label.name}"; the class "${chosen.name}", which was chosen too, is not looked at.`,
  ];
}

function nameOf(index: number, classNames: readonly string[]): string {
  return classNames[index] ?? String(index);
}
