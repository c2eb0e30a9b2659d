/** A class name as a file says it. */
export interface FoundName {
  readonly name: string;
  /** The number of its class, where the file says one. */
  readonly number?: number;
  /** Its WordNet id ("n01440764"), where the file says one. */
  readonly synset?: string;
}

const SYNSET = /^n\d{8}$/;

export function isSynset(text: string): boolean {
  return SYNSET.test(text);
}

/** Longer numbers are no numbers of classes. */
const NUMBER = /^\d{1,9}$/;

/** The number of a class that a text is, or undefined. */
export function classNumber(text: string): number | undefined {
  const bare = text.trim();
  return NUMBER.test(bare) ? Number(bare) : undefined;
}

/** Whether `numbers` are 0 … n − 1 or 1 … n in any order. */
export function isConsecutive(numbers: readonly number[]): boolean {
  const distinct = new Set(numbers);
  if (distinct.size !== numbers.length || numbers.length === 0) return false;
  const lowest = Math.min(...distinct);
  return lowest <= 1 && Math.max(...distinct) - lowest === numbers.length - 1;
}
