import { inflateSync } from 'node:zlib';
import type { PngChunk } from './pngChunks';

/** Text that a PNG file carries. */
export interface PngText {
  readonly keyword: string;
  /** Latin-1 of tEXt and zTXt, UTF-8 of iTXt, as bytes. */
  readonly text: Uint8Array;
}

/** Camera data and descriptions are smaller by far; what unpacks to more is not looked at. */
const MOST_TEXT_BYTES = 1024 * 1024;
/** The standard's longest keyword. */
const MOST_KEYWORD_BYTES = 79;

/**
 * The text of a tEXt, zTXt or iTXt chunk; undefined for other chunks and for text that is damaged or unpacks to more than 1 MiB.
 * Source: Portable Network Graphics (Third Edition), 11.3.3.
 */
export function readPngText({ type, data }: PngChunk): PngText | undefined {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const end = data.indexOf(0);
  if (end < 1 || end > MOST_KEYWORD_BYTES) return undefined;
  const keyword = String.fromCharCode(...data.subarray(0, end));
  const text = textOf(type, data.subarray(end + 1));
  return text === undefined ? undefined : { keyword, text };
}

function textOf(type: 'tEXt' | 'zTXt' | 'iTXt', rest: Uint8Array): Uint8Array | undefined {
  if (type === 'tEXt') return rest.length > MOST_TEXT_BYTES ? undefined : rest;
  if (type === 'zTXt') return unpack(rest.subarray(1));
  const language = rest.indexOf(0, 2);
  const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const text = rest.subarray(translated + 1);
  return rest[0] === 1 ? unpack(text) : text;
}

function unpack(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: MOST_TEXT_BYTES });
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a profile that ImageMagick wrote as text: a line with its name, one with its length in bytes, then hexadecimal
 * digits in lines. Undefined for text that is none. Source: ImageMagick, coders/png.c.
 */
export function rawProfile(text: Uint8Array): Uint8Array | undefined {
  const match = /^\s*[^\n]*\n\s*(\d+)\s*\n([\s\da-f]*)$/i.exec(Buffer.from(text).toString('latin1'));
  if (match === null) return undefined;
  const profile = Buffer.from(match[2]!.replace(/\s+/g, ''), 'hex');
  return profile.subarray(0, Number(match[1]));
}
