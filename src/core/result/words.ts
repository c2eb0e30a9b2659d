/**
 * The words of a name: runs of letters and runs of digits, lower case, without accents; a small letter before a capital ends a word.
 * "t10k_00000_9_AnkleBoot" → t, 10, k, 00000, 9, ankle, boot.
 */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  );
}

/** Whether a word of {@link wordsOf} is made of digits. */
export function isNumber(word: string): boolean {
  return /^\p{N}+$/u.test(word);
}

/** The names that one class name holds: itself and its parts between "/" or "," ("T-shirt/top", "tench, Tinca tinca"). */
export function aliasesOf(className: string): string[] {
  return [className, ...className.split(/[/,]/)].filter((alias) => alias.trim() !== '');
}

/** A name without case, punctuation and spaces: equal for names that differ in those alone. */
export function foldName(text: string): string {
  return wordsOf(text).join('');
}
