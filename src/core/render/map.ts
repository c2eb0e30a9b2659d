import type { RawMap } from '../image/pixels';
import { colorMapOf, COLORS, DIVERGING_CENTER, DIVERGING_REACH } from './colorMap';
import { filterSign, reduceMap } from './reduce';
import { floorOf, scaleOf } from './scale';
import { smooth } from './smooth';
import type { ColorMapId, MapView } from './view';

/** Colours of a picture, height × width × RGBA, not premultiplied. */
export interface RgbaImage {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What a view shows of a map, before colours. */
export interface ShownMap {
  /** One value a pixel, reduced, sign-filtered and smoothed, height × width. */
  readonly values: Float32Array;
  /** The same before smoothing. */
  readonly exact: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly scale: MapScale;
  readonly state: ShownState;
}

export interface MapScale {
  /** Values at the first and the last colour: −limit … limit (diverging) or floor … limit (sequential). */
  readonly minimum: number;
  readonly maximum: number;
  /** Magnitude up to which values are shown as nothing. */
  readonly floor: number;
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

/** Reduces, filters, smooths and measures a map as `view` asks (from reduce to colorMap). */
export function showMap(map: RawMap, view: MapView): ShownMap {
  const { width, height } = map;
  const exact = filterSign(reduceMap(map, view.reduce), view.sign);
  const values = smooth(exact, width, height, view.smoothing * Math.min(width, height));
  const limit = scaleOf(values, view.clipPercent);
  const floor = floorOf(values, view.floorPercent, limit);
  const { clipped, negative, nonFinite } = survey(values, limit);
  // Smoothing rounds: whether there is anything to see is told before.
  const flat = limit === 0 ? 'zero' : isConstant(exact) ? 'constant' : 'ordinary';
  const isDiverging = view.colorMap === 'diverging';
  const scale: MapScale = {
    minimum: isDiverging ? -limit : floor,
    maximum: limit,
    floor,
    limit,
    clipped,
    magnitude: !isDiverging && negative,
  };
  return { values, exact, width, height, scale, state: nonFinite ? 'non-finite' : flat };
}

function isConstant(values: Float32Array): boolean {
  return values.length > 1 && values.every((value) => value === values[0]);
}

function survey(values: Float32Array, limit: number): { clipped: number; negative: boolean; nonFinite: boolean } {
  let clipped = 0;
  let negative = false;
  let nonFinite = false;
  const { length } = values;
  for (let pixel = 0; pixel < length; pixel++) {
    const value = values[pixel]!;
    if (value - value !== 0) nonFinite = true;
    else if (value > limit || value < -limit) clipped++;
    if (value < 0) negative = true;
  }
  return { clipped, negative, nonFinite };
}

/** How far a magnitude is from the floor (0) to the limit (1) of a scale: per unit of magnitude, and at magnitude 0. */
export interface Tone {
  readonly factor: number;
  readonly offset: number;
}

export function toneOf({ floor, limit }: MapScale): Tone {
  const factor = 1 / (limit - floor);
  return { factor, offset: -floor * factor };
}

/**
 * Colours of shown values: diverging from the centre colour up to the floor, sequential from the floor by |value|; beyond the limit
 * the end colour. Zero and constant maps are drawn flat {@link NEUTRAL}, non-finite pixels too. Opaque.
 */
export function paintMap(shown: ShownMap, colorMap: ColorMapId): Uint8ClampedArray<ArrayBuffer> {
  const { values, state } = shown;
  const { limit } = shown.scale;
  const pixels = new Int32Array(values.length);
  const palette = packedPalette(colorMap);
  if (limit === 0 || state === 'constant') pixels.fill(palette[NEUTRAL_ENTRY]!);
  else if (colorMap === 'diverging') paintSigned(values, pixels, palette, toneOf(shown.scale));
  else paintMagnitudes(values, pixels, palette, toneOf(shown.scale));
  return new Uint8ClampedArray(pixels.buffer);
}

const NEUTRAL_ENTRY = 0;

// Adding v − v makes NaN of every value that is not finite, and NaN as an integer is 0: the neutral entry.

function paintSigned(values: Float32Array, pixels: Int32Array, palette: Int32Array, tone: Tone): void {
  const { factor, offset } = tone;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    const share = Math.max(0, Math.min(1, offset + factor * Math.abs(value)));
    const position = DIVERGING_REACH * (value < 0 ? -share : share) + (value - value);
    pixels[pixel] = palette[(1.5 + DIVERGING_CENTER + position) | 0]!;
  }
}

function paintMagnitudes(values: Float32Array, pixels: Int32Array, palette: Int32Array, tone: Tone): void {
  const { factor, offset } = tone;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    const share = Math.max(0, Math.min(1, offset + factor * Math.abs(value)));
    pixels[pixel] = palette[(1.5 + (COLORS - 1) * share + (value - value)) | 0]!;
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

/** The map in colours, at its own resolution: reduce → sign → smooth → scale → colour, each as `view` says. */
export function renderMap(map: RawMap, view: MapView): RenderedMap {
  const shown = showMap(map, view);
  const { width, height, scale, state } = shown;
  return { rgba: paintMap(shown, view.colorMap), width, height, scale, state };
}
