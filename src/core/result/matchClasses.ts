import { aliasesOf } from './words';

/**
 * For each name of `wanted` the place of the same class in `names`: the same word for word, else but for case and spaces at the
 * ends, else but for spaces, underscores and hyphens, else by a part of it ("tench" of "tench, Tinca tinca"). Undefined unless
 * each name is that of just one class in the other list.
 */
export function matchClasses(wanted: readonly string[], names: readonly string[]): number[] | undefined {
  if (wanted.length !== names.length) return undefined;
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const keysOf of [exactly, withoutCase, withoutSpaces, byParts]) {
    const left = indexed(wanted, keysOf, (at) => !found.has(at));
    const right = indexed(names, keysOf, (at) => !taken.has(at));
    for (const [key, ours] of left) {
      const theirs = right.get(key);
      if (ours.size !== 1 || theirs?.size !== 1) continue;
      const [at] = ours;
      const [other] = theirs;
      if (found.has(at!) || taken.has(other!)) {
        // Parts of one name that are those of two others.
        if (found.get(at!) !== other) return undefined;
        continue;
      }
      found.set(at!, other!);
      taken.add(other!);
    }
  }
  return found.size === wanted.length ? wanted.map((_, at) => found.get(at)!) : undefined;
}

function exactly(name: string): readonly string[] {
  return [name];
}

function withoutCase(name: string): readonly string[] {
  return [name.normalize('NFC').trim().toLowerCase()];
}

function withoutSpaces(name: string): readonly string[] {
  return withoutCase(name).map((each) => each.replace(/[\s_-]+/g, ''));
}

function byParts(name: string): readonly string[] {
  return [...new Set(aliasesOf(name).flatMap(withoutSpaces))];
}

/** Key → the places that have it. */
function indexed(
  names: readonly string[],
  keysOf: (name: string) => readonly string[],
  isWanted: (at: number) => boolean,
): Map<string, Set<number>> {
  const index = new Map<string, Set<number>>();
  for (const [at, name] of names.entries()) {
    if (!isWanted(at)) continue;
    for (const key of keysOf(name)) if (key !== '') index.set(key, (index.get(key) ?? new Set()).add(at));
  }
  return index;
}
