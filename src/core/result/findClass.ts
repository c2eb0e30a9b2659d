import { UserError } from '../errors';
import { aliasesOf, foldName } from './words';

/**
 * Index of a class given by index or by name: the exact name, else the name or one of its aliases (parts between "/" or ",")
 * without regard to case and punctuation, else a number as index. Throws `UserError('unknown-class')` that names the nearest
 * classes, or the indices of the classes that share the name.
 */
export function findClass(classNames: readonly string[], indexOrName: number | string): number {
  if (typeof indexOrName === 'number') return checkedIndex(classNames, indexOrName, String(indexOrName));
  const name = indexOrName.trim();
  for (const isNamed of [
    (className: string) => className === name,
    (className: string) => className.toLowerCase() === name.toLowerCase(),
    (className: string) => foldName(name) !== '' && foldName(className) === foldName(name),
    (className: string) =>
      foldName(name) !== '' && aliasesOf(className).some((alias) => foldName(alias) === foldName(name)),
  ]) {
    const found = [...classNames.keys()].filter((index) => isNamed(classNames[index]!));
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new UserError(
        'unknown-class',
        `${found.length} classes are called "${name}".`,
        `Give the index of one: ${found.slice(0, 5).join(', ')}.`,
      );
  }
  if (/^\d+$/.test(name)) return checkedIndex(classNames, Number(name), name);
  const nearest = nearestClasses(classNames, name);
  throw new UserError(
    'unknown-class',
    `The model has no class "${name}".`,
    nearest.length > 0
      ? `Did you mean ${nearest.map((className) => `"${className}"`).join(' or ')}?`
      : `Use a class name or an index from 0 to ${classNames.length - 1}.`,
  );
}

function checkedIndex(classNames: readonly string[], index: number, text: string): number {
  if (Number.isInteger(index) && index >= 0 && index < classNames.length) return index;
  throw new UserError(
    'unknown-class',
    `The model has no class ${text}.`,
    `Use a class name or an index from 0 to ${classNames.length - 1}.`,
  );
}

const SUGGESTIONS = 3;
const COMPARED_LETTERS = 40;

/** The classes whose name begins with or is a few letters from `name`, nearest first. */
function nearestClasses(classNames: readonly string[], name: string): string[] {
  const wanted = foldName(name).slice(0, COMPARED_LETTERS);
  if (wanted === '') return [];
  return [...new Set(classNames)]
    .map((className) => ({ className, distance: distanceTo(className, wanted) }))
    .filter(({ distance }) => distance <= Math.max(1, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(({ className }) => className);
}

function distanceTo(className: string, wanted: string): number {
  const distances = aliasesOf(className).map((alias) => {
    const folded = foldName(alias).slice(0, COMPARED_LETTERS);
    return wanted.length >= 2 && folded.startsWith(wanted) ? 0.5 : editDistance(folded, wanted);
  });
  return Math.min(...distances);
}

/** Levenshtein distance: least number of letters inserted, deleted or replaced. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
