import { classNumber, isConsecutive, isSynset, type FoundName } from './foundName';

/** "0: cat", "0,cat", "0) cat", "0. cat", "0 - cat", or a tab between. */
const NUMBER_FIRST = /^(\d{1,9})\s*(?:[:,;|=)\t]|\.(?=\s)|\s[-\u2013](?=\s))\s*(.*)$/;
/** "0 cat", which may also be a name ("7 up"). */
const NUMBER_SPACE = /^(\d{1,9})\s+(.+)$/;
/** "cat: 0", "cat,0", "cat" and a tab. */
const NUMBER_LAST = /^(.+?)\s*[:,;|=\t]\s*(\d{1,9})$/;
const SYNSET_FIRST = /^(\S+?)[\s,:;|]+(.+)$/;
const QUOTED = /^(["'])(.*)\1,?$/;

/**
 * Class names one a line. What all lines have beside their name is taken off: quotes, a number with a separator, in any order of
 * the lines; a number and a space only where the numbers are 0 … n − 1 or 1 … n, as a number at the end; the WordNet id before
 * ImageNet's names ("n01440764 tench"; Keras and torchvision show the name). Lines of such an id alone keep it.
 */
export function readLines(text: string): FoundName[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return readNames(lines.map((name) => ({ name })));
}

function readNames(found: readonly FoundName[]): FoundName[] {
  const filled = found.filter(({ name }) => name !== '');
  const further = withoutQuotes(filled) ?? withoutSynset(filled) ?? withoutNumber(filled);
  if (further === undefined) return [...found];
  // Only numbers say which class an empty line between the others would be.
  if (further.some(({ number }) => number !== undefined)) return readNames(further);
  const next = further.values();
  return readNames(found.map((each) => (each.name === '' ? each : next.next().value!)));
}

function withoutQuotes(found: readonly FoundName[]): FoundName[] | undefined {
  return each(found, (name) => {
    const match = QUOTED.exec(name);
    return match?.[2] === undefined ? undefined : { name: match[2].trim() };
  });
}

function withoutSynset(found: readonly FoundName[]): FoundName[] | undefined {
  if (found.some(({ synset }) => synset !== undefined)) return undefined;
  return each(found, (line) => {
    const [, synset = '', name] = SYNSET_FIRST.exec(line) ?? [];
    return name !== undefined && isSynset(synset) ? { synset, name: name.trim() } : undefined;
  });
}

function withoutNumber(found: readonly FoundName[]): FoundName[] | undefined {
  if (found.some(({ number }) => number !== undefined)) return undefined;
  return (
    each(found, (line) => named(NUMBER_FIRST.exec(line), 1, 2)) ??
    consecutive(each(found, (line) => named(NUMBER_FIRST.exec(line) ?? NUMBER_SPACE.exec(line), 1, 2))) ??
    consecutive(each(found, (line) => named(NUMBER_LAST.exec(line), 2, 1)))
  );
}

function named(match: RegExpExecArray | null, numberAt: number, nameAt: number): Partial<FoundName> | undefined {
  const number = classNumber(match?.[numberAt] ?? '');
  return number === undefined ? undefined : { number, name: match![nameAt]!.trim() };
}

function consecutive(found: FoundName[] | undefined): FoundName[] | undefined {
  return found !== undefined && isConsecutive(found.map(({ number }) => number!)) ? found : undefined;
}

/** `read` of every name, where it can be read of all. */
function each(
  found: readonly FoundName[],
  read: (name: string) => Partial<FoundName> | undefined,
): FoundName[] | undefined {
  const all: FoundName[] = [];
  for (const known of found) {
    const more = read(known.name);
    if (more === undefined) return undefined;
    all.push({ ...known, ...more });
  }
  return all.length > 0 ? all : undefined;
}
