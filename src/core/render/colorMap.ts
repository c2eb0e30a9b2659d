import { fromOklab, type Oklab, type Rgb, toOklab } from './oklab';
import type { ColorMapId } from './view';

/** Entries of a colour map. */
export const COLORS = 256;
/** Entry of the diverging map that shows exactly 0, and how many entries lie on either side (entry 0 repeats entry 1). */
export const DIVERGING_CENTER = 128;
export const DIVERGING_REACH = 127;

const cache = new Map<ColorMapId, Uint8Array>();

/**
 * The colour map as 256 × RGB. Sequential maps run from 0 (first entry) to the limit (last), lightness rising throughout; the
 * diverging one from blue (−limit) over near-white (0, entry 128) to orange (+limit), equally light on both sides, so that it can be
 * read with any colour vision.
 */
export function colorMapOf(id: ColorMapId): Uint8Array {
  const cached = cache.get(id);
  if (cached !== undefined) return cached;
  const colorAt = GENERATORS[id];
  const colors = new Uint8Array(COLORS * 3);
  for (let index = 0; index < COLORS; index++) colors.set(colorAt(index), index * 3);
  cache.set(id, colors);
  return colors;
}

/** Key colours of matplotlib's inferno and viridis (van der Walt and Smith 2015, public domain), equally spaced. */
const INFERNO = ['000004', '1b0c42', '4b0c6b', '781c6d', 'a52c60', 'cf4446', 'ed6925', 'fb9a06', 'f7d03c', 'fcffa4'];
const VIRIDIS = ['440154', '482878', '3e4a89', '31688e', '26828e', '1f9e89', '35b779', '6dcd59', 'b4de2c', 'fde725'];

/** One side of the diverging map: the end in OKLCh, half-way a little more colour than a straight line from white has. */
function side(hueDegrees: number): readonly Oklab[] {
  const [lightness, chroma] = [0.58, 0.16];
  const a = Math.cos((hueDegrees * Math.PI) / 180);
  const b = Math.sin((hueDegrees * Math.PI) / 180);
  const white = 0.97;
  return [
    [white, 0, 0],
    [(white + lightness) / 2, 0.6 * chroma * a, 0.6 * chroma * b],
    [lightness, chroma * a, chroma * b],
  ];
}

const BLUE = side(255);
const ORANGE = side(45);

const GENERATORS: Record<ColorMapId, (index: number) => Rgb> = {
  gray: (index) => [index, index, index],
  inferno: (index) => between(keyColors(INFERNO), index / (COLORS - 1)),
  viridis: (index) => between(keyColors(VIRIDIS), index / (COLORS - 1)),
  diverging: (index) => {
    const position = Math.max(-1, (index - DIVERGING_CENTER) / DIVERGING_REACH);
    return between(position < 0 ? BLUE : ORANGE, Math.abs(position));
  },
};

function keyColors(colors: readonly string[]): readonly Oklab[] {
  return colors.map((color) => {
    const value = parseInt(color, 16);
    return toOklab([value >> 16, (value >> 8) & 255, value & 255]);
  });
}

/** The colour at `position` (0–1) along equally spaced key colours, interpolated linearly in OKLab. */
function between(keys: readonly Oklab[], position: number): Rgb {
  const place = position * (keys.length - 1);
  const start = Math.min(keys.length - 2, Math.floor(place));
  const fraction = place - start;
  const from = keys[start]!;
  const to = keys[start + 1]!;
  const mix = (axis: 0 | 1 | 2) => from[axis] + fraction * (to[axis] - from[axis]);
  return fromOklab([mix(0), mix(1), mix(2)]);
}
