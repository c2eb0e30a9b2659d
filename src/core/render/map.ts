import type { RawMap } from '../image/pixels';
import { colorMapOf, COLORS, DIVERGING_CENTER, DIVERGING_REACH } from './colorMap';
import { filterSign, reduceMap } from './reduce';
import { scaleOf } from './scale';
import type { ColorMapId, MapView } from './view';

/** Colours of a picture, height × width × RGBA, not premultiplied. */
export interface RgbaImage {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What a view shows of a map, before colours. */
export interface ShownMap {
  /** One value a pixel, reduced and sign-filtered, height × width. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly scale: MapScale;
  readonly state: ShownState;
}

export interface MapScale {
  /** Values at the first and the last colour: −limit … limit (diverging) or 0 … limit (sequential). */
  readonly minimum: number;
  readonly maximum: number;
  /** Largest magnitude that is told apart; 0 where nothing is to be shown. */
  readonly limit: number;
  /** Pixels beyond the limit (clipped). */
  readonly clipped: number;
  /** True where a sequential colour map shows |value| of values some of which are negative. */
  readonly magnitude: boolean;
}

/** Of the shown values: `zero` and `constant` maps have no structure; `non-finite`: some (or all) values are NaN or infinite. */
export type ShownState = 'ordinary' | 'zero' | 'constant' | 'non-finite';

export interface RenderedMap extends RgbaImage {
  readonly scale: MapScale;
  readonly state: ShownState;
}

/** Drawn where there is nothing to tell: non-finite pixels, zero and constant maps. */
const NEUTRAL = [128, 128, 128] as const;

/** Reduces, filters and measures a map as `view` asks (reduce, sign, clipPercent, colorMap). */
export function showMap(map: RawMap, view: MapView): ShownMap {
  const values = filterSign(reduceMap(map, view.reduce), view.sign);
  const limit = scaleOf(values, view.clipPercent);
  const { clipped, negative, state } = survey(values, limit);
  const isDiverging = view.colorMap === 'diverging';
  const scale: MapScale = {
    minimum: isDiverging ? -limit : 0,
    maximum: limit,
    limit,
    clipped,
    magnitude: !isDiverging && negative,
  };
  return { values, width: map.width, height: map.height, scale, state };
}

function survey(values: Float32Array, limit: number): { clipped: number; negative: boolean; state: ShownState } {
  let clipped = 0;
  let negative = false;
  let nonFinite = false;
  let constant = values.length > 1;
  const first = values[0];
  const { length } = values;
  for (let pixel = 0; pixel < length; pixel++) {
    const value = values[pixel]!;
    if (value - value !== 0) nonFinite = true;
    else if (value > limit || value < -limit) clipped++;
    if (value < 0) negative = true;
    if (value !== first) constant = false;
  }
  const flat = limit === 0 ? 'zero' : constant ? 'constant' : 'ordinary';
  return { clipped, negative, state: nonFinite ? 'non-finite' : flat };
}

/**
 * Colours of shown values: diverging centred at 0 (the centre colour is exactly 0), sequential from 0 by |value|; beyond the limit
 * the end colour. Zero and constant maps are drawn flat {@link NEUTRAL}, non-finite pixels too. Opaque.
 */
export function paintMap(shown: ShownMap, colorMap: ColorMapId): Uint8ClampedArray<ArrayBuffer> {
  const { values, state } = shown;
  const { limit } = shown.scale;
  const pixels = new Int32Array(values.length);
  const palette = packedPalette(colorMap);
  if (limit === 0 || state === 'constant') pixels.fill(palette[NEUTRAL_ENTRY]!);
  else if (colorMap === 'diverging') paintSigned(values, pixels, palette, DIVERGING_REACH / limit);
  else paintMagnitudes(values, pixels, palette, (COLORS - 1) / limit);
  return new Uint8ClampedArray(pixels.buffer);
}

const NEUTRAL_ENTRY = 0;

// Adding v − v makes NaN of every value that is not finite, and NaN as an integer is 0: the neutral entry.

function paintSigned(values: Float32Array, pixels: Int32Array, palette: Int32Array, factor: number): void {
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    const position = Math.max(-DIVERGING_REACH, Math.min(DIVERGING_REACH, factor * value)) + (value - value);
    pixels[pixel] = palette[(1.5 + DIVERGING_CENTER + position) | 0]!;
  }
}

function paintMagnitudes(values: Float32Array, pixels: Int32Array, palette: Int32Array, factor: number): void {
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    const position = Math.min(COLORS - 1, factor * Math.abs(value)) + (value - value);
    pixels[pixel] = palette[(1.5 + position) | 0]!;
  }
}

/** The neutral colour and, after it, the colour map, each as the four bytes of an opaque pixel in one number. */
function packedPalette(colorMap: ColorMapId): Int32Array {
  const colors = colorMapOf(colorMap);
  const bytes = new Uint8Array(4 * (COLORS + 1)).fill(255);
  bytes.set(NEUTRAL, 4 * NEUTRAL_ENTRY);
  for (let index = 0; index < COLORS; index++) bytes.set(colors.subarray(3 * index, 3 * index + 3), 4 * (index + 1));
  return new Int32Array(bytes.buffer);
}

/** The map in colours, at its own resolution: reduce → sign → scale → colour, each as `view` says. */
export function renderMap(map: RawMap, view: MapView): RenderedMap {
  const shown = showMap(map, view);
  const { width, height, scale, state } = shown;
  return { rgba: paintMap(shown, view.colorMap), width, height, scale, state };
}
