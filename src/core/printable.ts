/** What a terminal, an editor or a reader obeys instead of showing it. */
const CONTROLS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff\ufff9-\ufffb]/gu;
/** The same, but lines may end. */
const CONTROLS_IN_LINES = new RegExp(`(?!\\n)${CONTROLS.source}`, 'gu');

const LONGEST = 1000;

/**
 * Text from a model, a file or a path as it may be shown on one line of a terminal, a log or a message: characters that a
 * terminal obeys or that change how a line reads (controls C0 and C1, DEL, line and paragraph separators, bidirectional controls,
 * invisible ones, halves of surrogate pairs) are written as escapes (`\x1b`, `\u202e`); what is longer than `longest` characters
 * loses its middle.
 */
export function printable(text: string, longest = LONGEST): string {
  // Before it is looked through: a name may have as many characters as the file has bytes.
  const beginning = text.length > 4 * longest ? shortened(text, 2 * longest) : text;
  return shortened(beginning.replace(CONTROLS, escaped), longest);
}

/** The same for a notification of the editor, which makes links, and links that run commands, of `[text](address)`. */
export function printableMessage(text: string): string {
  return printable(text).replaceAll('](', '] (');
}

/** The same for text of several lines, of any length: for what was put together of printable parts. */
export function printableLines(text: string): string {
  return text.replace(CONTROLS_IN_LINES, escaped);
}

/** JSON of the same value in which those characters stand as JSON's own escapes; line ends between values stay. */
export function printableJson(json: string): string {
  return json.replace(CONTROLS_IN_LINES, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

/** Characters, not halves of surrogate pairs; the end often tells more than the middle. */
function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const tail = Math.max(2 * longest, text.length - 2 * longest);
  const characters = Array.from(text.slice(0, 2 * longest)).concat(Array.from(text.slice(tail)));
  if (characters.length <= longest) return text;
  const end = Math.floor(longest / 4);
  return `${characters.slice(0, longest - end - 1).join('')}…${characters.slice(characters.length - end).join('')}`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const short = SHORT[character];
  return short ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
