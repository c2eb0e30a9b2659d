import { UserError } from '../../core/errors';

export interface DecodedText {
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * A text file in UTF-8 or UTF-16, with or without a byte order mark; what is neither is read as Windows-1252 (Latin-1 with
 * quotes), which is said. UTF-16 without a mark is known by its zero bytes, which UTF-8 never has: of Latin letters and line
 * ends the second byte (little-endian) or the first (big-endian). Throws `UserError('model-spec')` for what is no text.
 */
export function decodeText(bytes: Uint8Array, origin: string): DecodedText {
  const encoding = byMark(bytes) ?? byZeros(bytes);
  if (encoding !== undefined) {
    const text = new TextDecoder(encoding).decode(bytes);
    if (!isText(text)) throw noText(origin);
    return { text, warnings: [] };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!isText(text)) throw noText(origin);
    return { text, warnings: [] };
  } catch (error) {
    if (error instanceof UserError) throw error;
  }
  const text = decodeWindows1252(bytes);
  if (!isText(text)) throw noText(origin);
  return { text, warnings: [`${origin} is not in UTF-8 or UTF-16 and was read as Windows-1252 (Latin-1).`] };
}

function byMark([first, second, third]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

function byZeros(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.length % 2 !== 0 || !bytes.includes(0)) return undefined;
  let littleEndian = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    const [first, second] = [bytes[i]!, bytes[i + 1]!];
    // Letters whose own low byte is 0 are there in some scripts, line ends and spaces in all.
    if (second === 0) littleEndian += isSpace(first) ? 8 : 1;
    if (first === 0) littleEndian -= isSpace(second) ? 8 : 1;
  }
  return littleEndian === 0 ? undefined : littleEndian > 0 ? 'utf-16le' : 'utf-16be';
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d;
}

/** What Windows-1252 has at 0x80 … 0x9f. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Node's own decoder of that name reads Latin-1 in some versions. */
function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80]!);
}

/** Names hold no zeros, and few other control characters. */
function isText(text: string): boolean {
  let controls = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) return false;
    if (code < 9) controls++;
  }
  return controls <= text.length / 10;
}

function noText(origin: string): UserError {
  return new UserError('model-spec', `${origin} is not a text file.`, 'Choose a file of class names, one a line.');
}
