import type { PictureDecoding } from './decoding';
import type { Picture, PixelImage } from './pixels';

/** A quarter of white: what 14 bits reach in a sample of 16. Darker pictures are seldom meant. */
const DARK = 2 ** 14 - 1;
/** What 4 bits reach in a sample of 8: labels, and numbers from 0 to 1. */
const DARK_BYTE = 15;

/**
 * Largest colour sample of a 16-bit picture whose samples stay below a quarter of white, as where a camera's 10, 12 or 14 bits were
 * kept as they were; undefined for all others, and where it is 0. Bands after the colours are not looked at.
 */
export function darkestWhite(samples: Uint16Array, bands: number, colours: 1 | 3): number | undefined {
  let most = 0;
  for (let from = 0; from < samples.length; from += bands)
    for (let channel = 0; channel < colours; channel++) {
      const value = samples[from + channel]!;
      if (value <= most) continue;
      if (value > DARK) return undefined;
      most = value;
    }
  return most === 0 ? undefined : most;
}

/** The high byte of each sample. */
export function highBytes(samples: Uint16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = samples[i]! >> 8;
  return bytes;
}

/** What is to be said of a picture of which next to nothing can be seen: a range that is hardly used, or alpha. */
export function pictureWarnings(picture: Picture, { bits, brightest, alpha }: PictureDecoding, name: string): string[] {
  if (alpha !== undefined && alpha.most < 0.25)
    return [
      alpha.most === 0
        ? `${name}: every pixel of this picture is transparent, so the model sees nothing but ${alpha.background}. Remove its alpha channel if its colours are meant to be seen.`
        : `${name}: the most opaque pixel of this picture is ${percent(alpha.most)} opaque, so the model sees hardly more than ${alpha.background}. Scale or remove its alpha channel if its colours are meant to be seen.`,
    ];
  if (alpha !== undefined && alpha.least < 1) return [];
  if (brightest !== undefined) return [ofWide(name, bits, Math.round(brightest * (2 ** bits - 1)))];
  const most = bits <= 8 ? brightestByte(picture.data) : undefined;
  return most === undefined ? [] : [ofBytes(name, most)];
}

function ofWide(name: string, bits: number, most: number): string {
  const used = Math.max(8, Math.ceil(Math.log2(most + 1)));
  const full = 2 ** used - 1;
  const white = 2 ** bits - 1;
  return `${name}: the brightest pixel of this ${bits}-bit picture is ${percent(most / white)} of white, and the model sees it as dark. If it holds numbers of ${used} bits (0 … ${full}), multiply them by ${white} / ${full} and save it again.`;
}

/** What is to be said of an array in [0, 1] that holds no more than what bytes become that are divided by 255 twice. */
export function arrayWarnings({ data }: PixelImage, name: string): string[] {
  const most = data.reduce((largest, value) => Math.max(largest, value), 0);
  // Rounding to float32 may exceed 1/255 a little.
  if (most === 0 || most > 1.0001 / 255) return [];
  return [
    `${name}: the largest value of this array is ${percent(most)} of white, and the model sees it as black. If it was divided by 255 twice, divide it once.`,
  ];
}

/** Largest sample where all are at most `DARK_BYTE` and not all are 0. */
function brightestByte(data: Uint8Array): number | undefined {
  let most = 0;
  for (const value of data) {
    if (value > DARK_BYTE) return undefined;
    if (value > most) most = value;
  }
  return most === 0 ? undefined : most;
}

function ofBytes(name: string, most: number): string {
  const scale =
    most === 1
      ? 'If it holds 0 for black and 1 for white, multiply it by 255'
      : `If ${most} is meant as white, multiply it by 255 / ${most}`;
  return `${name}: the brightest pixel of this picture is ${percent(most / 255)} of white (${most} of 255), and the model sees it as nearly black. ${scale} and save it again.`;
}

/** "6 %", "0.4 %". */
function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(fraction < 0.1 ? 1 : 2))} %`;
}
