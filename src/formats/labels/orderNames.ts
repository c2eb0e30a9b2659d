import { UserError } from '../../core/errors';
import type { ClassNames } from './labels';
import { MODEL_LIMITS } from '../../core/model/limits';
import { cleanName } from './cleanName';
import type { FoundName } from './foundName';

/** Names and numbers listed in one sentence. */
const LISTED = 5;

/**
 * The names in the order of their classes: by their numbers, from 0 or from 1, where they have any, else as they stand. Classes
 * without a name are called "class 3", and names that several classes have are told apart by their WordNet ids where there are
 * any; both is said. Throws `UserError('model-spec')` for numbers that leave the order open.
 */
export function orderNames(found: readonly FoundName[], origin: string): ClassNames {
  const ordered = found.some(({ number }) => number !== undefined) ? byNumber(found, origin) : found;
  const clean = Array.from(ordered, (each) => ({ name: cleanName(each?.name ?? ''), synset: each?.synset }));
  const warnings: string[] = [];
  const nameless = clean.flatMap(({ name }, index) => (name === '' ? [index] : []));
  if (nameless.length > 0) {
    const [be, words] = nameless.length === 1 ? ['is', 'class'] : ['are', 'classes'];
    warnings.push(`${origin} has no name for the ${words} ${listed(nameless)}, which ${be} numbered.`);
  }
  const uses = new Map<string, number[]>();
  clean.forEach(({ name }, index) => {
    if (name !== '') uses.set(name, [...(uses.get(name) ?? []), index]);
  });
  const shared = [...uses].filter(([, classes]) => classes.length > 1);
  const isTold = (classes: readonly number[]) => new Set(classes.map((index) => clean[index]!.synset)).size > 1;
  const confused = shared.filter(([, classes]) => !isTold(classes));
  if (confused.length > 0)
    warnings.push(
      `${origin} gives one name to several classes: ${listed(
        confused.map(([name, classes]) => `"${name}" (${listed(classes)})`),
      )}.`,
    );
  const names = clean.map(({ name, synset }, index) => {
    if (name === '') return `class ${index}`;
    const others = uses.get(name)!;
    return others.length > 1 && synset !== undefined && isTold(others) ? `${name} (${synset})` : name;
  });
  return { names, warnings };
}

function byNumber(found: readonly FoundName[], origin: string): (FoundName | undefined)[] {
  const numbered = new Map<number, FoundName>();
  for (const each of found) {
    const { number, name } = each;
    if (number === undefined)
      throw wrong(
        `${origin} numbers some of its classes, but not "${cleanName(name).slice(0, 60)}"`,
        'Number all or none.',
      );
    const other = numbered.get(number);
    if (other !== undefined && other.name !== name)
      throw wrong(
        `${origin} gives the class ${number} two names, "${cleanName(other.name)}" and "${cleanName(name)}"`,
        'Give each class a number of its own.',
      );
    numbered.set(number, each);
  }
  const lowest = Math.min(...numbered.keys());
  const highest = Math.max(...numbered.keys());
  if (highest > MODEL_LIMITS.classes)
    throw wrong(`${origin} numbers a class ${highest}, more than any model has`, 'Number the classes from 0 on.');
  const isWhole = highest - lowest + 1 === numbered.size;
  if (lowest > 1 || (lowest === 1 && !isWhole))
    throw wrong(
      `${origin} numbers its classes from ${lowest} to ${highest}${isWhole ? '' : ' with gaps'}, which leaves open what the first class of the model is`,
      'Number them from 0 on, without gaps.',
    );
  return Array.from({ length: highest - lowest + 1 }, (_, index) => numbered.get(index + lowest));
}

function listed(items: readonly (string | number)[]): string {
  const more = items.length - LISTED;
  return `${items.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function wrong(message: string, hint: string): UserError {
  return new UserError('model-spec', `${message}.`, hint);
}
