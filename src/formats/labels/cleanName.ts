/** Longer names are cut: no list or picture shows them. */
const LONGEST = 200;

/** Characters that move the cursor, colour a terminal or turn the direction of writing. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Printable ASCII with single spaces: what nearly all names are, and nothing is to be done to. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** A class name for showing: white space of any kind is one space, other control characters are cut, and it has at most 200 characters. */
export function cleanName(raw: string): string {
  if (raw.length <= LONGEST && PLAIN.test(raw)) return raw;
  // Cut before the search, too, which would take long over a file that is one name.
  const short = raw.slice(0, 20 * LONGEST);
  const name = short
    .replace(/\s+/gu, ' ')
    .replace(UNSEEN, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
  const characters = Array.from(name);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : name;
}
