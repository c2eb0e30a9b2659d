import type { LabelFacts } from './record';
import { aliasesOf, foldName, isNumber, wordsOf } from './words';

export interface PathLabel {
  readonly index: number;
  readonly source: Extract<LabelFacts['source'], 'file name' | 'folder name'>;
}

/**
 * The class that a picture's path names, or undefined. First the file name: words of it, without regard to case and punctuation,
 * that spell a class name or one of its aliases (parts between "/" or ","); a longer name hides those inside it, and names of
 * different classes leave it open. Then the folder that holds the file, which must spell a class as a whole (numbers beside the
 * name do not count). Names of digits alone are taken from folders only.
 */
export function labelFromPath(path: string, classNames: readonly string[]): PathLabel | undefined {
  const segments = readable(path).split(/[\\/]+/);
  const fileName = segments.pop() ?? '';
  const aliases = indexAliases(classNames);
  const fromFile = labelOfWords(wordsOf(fileName.replace(/\.[^.]*$/, '')), aliases);
  if (fromFile !== undefined) return { index: fromFile, source: 'file name' };
  const folder = wordsOf(segments.pop() ?? '');
  const fromFolder = onlyOf(aliases.get(folder.join(''))) ?? labelOfWholeName(folder, aliases);
  return fromFolder === undefined ? undefined : { index: fromFolder, source: 'folder name' };
}

/** Folded alias → the classes that have it. */
type Aliases = ReadonlyMap<string, ReadonlySet<number>>;

function indexAliases(classNames: readonly string[]): Aliases {
  const aliases = new Map<string, Set<number>>();
  for (const [index, className] of classNames.entries())
    for (const alias of aliasesOf(className).map(foldName)) {
      if (alias === '') continue;
      const classes = aliases.get(alias) ?? new Set();
      aliases.set(alias, classes.add(index));
    }
  return aliases;
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly length: number;
  readonly classes: ReadonlySet<number>;
}

function labelOfWords(words: readonly string[], aliases: Aliases): number | undefined {
  const matches = matchesIn(words, aliases);
  const visible = matches.filter(
    (match) =>
      !matches.some((other) => other.length > match.length && other.start < match.end && match.start < other.end),
  );
  const classes = visible.map((match) => onlyOf(match.classes));
  return classes.every((index) => index === classes[0]) ? classes[0] : undefined;
}

/** Longer runs of words than this are not looked up. */
const LONGEST_RUN = 12;

function matchesIn(words: readonly string[], aliases: Aliases): Match[] {
  const letters = words.filter((word) => !isNumber(word));
  const matches: Match[] = [];
  for (let start = 0; start < words.length; start++) {
    let run = '';
    for (let end = start + 1; end <= Math.min(words.length, start + LONGEST_RUN); end++) {
      run += words[end - 1]!;
      const classes = aliases.get(run);
      if (classes === undefined || isNumber(run) || isPartOfWord(words, start)) continue;
      // A single letter names a class only where nothing else is written ("A_12.png").
      if (run.length === 1 && letters.length > 1) continue;
      matches.push({ start, end, length: run.length, classes });
    }
  }
  return matches;
}

/** "t-shirt" is no shirt: a single letter before a word (but "a") belongs to it. */
function isPartOfWord(words: readonly string[], start: number): boolean {
  const before = words[start - 1];
  return before !== undefined && before !== 'a' && before.length === 1 && !isNumber(before);
}

function labelOfWholeName(words: readonly string[], aliases: Aliases): number | undefined {
  return onlyOf(aliases.get(words.filter((word) => !isNumber(word)).join('')));
}

function onlyOf(classes: ReadonlySet<number> | undefined): number | undefined {
  return classes?.size === 1 ? [...classes][0] : undefined;
}

function readable(path: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
