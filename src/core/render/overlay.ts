import type { RawMap } from '../image/pixels';
import type { PixelMapping } from '../result/record';
import { drawContour } from './contour';
import { paintMap, type RgbaImage, showMap, type ShownMap, toneOf } from './map';
import { topOf } from './scale';
import { DIMMED, underlay } from './underlay';
import type { MapView } from './view';

/** How much of the picture's light is left where the model does not look (cropped away). */
const OUTSIDE_LIGHT = 0.4;

/**
 * The map over its picture, at the picture's resolution, or at the smallest whole multiple of it that is as fine as the map. A pixel
 * takes the model pixel that its centre lies in: column = ⌊(x + ½ − mapping.x) / mapping.scaleX⌋. Colour c over what is under it, p:
 * p + α·(c − p); with `fade` α = opacity · t, t = (|v| − floor) / (limit − floor) held to [0, 1], so that unimportant pixels keep the
 * picture, else α = opacity. As a mask, the `topPercent` pixels of the largest |v| show the picture and the others are dark. Pixels
 * without a finite value, and zero or constant maps, leave what is under them as it is; pixels outside the model's input are dimmed.
 * `mapping` is in pixels of `picture` (see {@link scaleMapping}).
 */
export function renderOverlay(picture: RgbaImage, map: RawMap, mapping: PixelMapping, view: MapView): RgbaImage {
  return overlayShown(picture, showMap(map, view), mapping, view);
}

/** {@link renderOverlay} for a map already reduced and measured. */
export function overlayShown(picture: RgbaImage, shown: ShownMap, mapping: PixelMapping, view: MapView): RgbaImage {
  const large = enlarged(picture, finenessOf(picture, mapping));
  const places = placesOf(large, shown, scaleMapping(mapping, picture, large));
  const overlay = view.form === 'mask' ? lit(large, shown, places, view) : coloured(large, shown, places, view);
  if (view.contour) drawContour(overlay, isTop(shown, places, view.topPercent));
  return overlay;
}

/** For each pixel of the overlay the place in the map, −1 outside. */
type Places = Int32Array;

function placesOf({ width, height }: RgbaImage, shown: ShownMap, mapping: PixelMapping): Places {
  const columns = modelIndices(width, mapping.x, mapping.scaleX, shown.width);
  const rows = modelIndices(height, mapping.y, mapping.scaleY, shown.height);
  const places = new Int32Array(width * height);
  for (let y = 0, pixel = 0; y < height; y++)
    for (let x = 0; x < width; x++, pixel++)
      places[pixel] = rows[y]! < 0 || columns[x]! < 0 ? -1 : rows[y]! * shown.width + columns[x]!;
  return places;
}

function coloured(picture: RgbaImage, shown: ShownMap, places: Places, view: MapView): RgbaImage {
  const { rgba, width, height } = underlay(picture, view.under);
  const colors = paintMap(shown, view.colorMap);
  const alphas = alphasOf(shown, view);
  for (let pixel = 0, offset = 0; pixel < places.length; pixel++, offset += 4) {
    const place = places[pixel]!;
    if (place < 0) {
      dim(rgba, offset);
      continue;
    }
    const alpha = alphas[place]!;
    if (alpha === 0) continue;
    const color = 4 * place;
    rgba[offset] = rgba[offset]! + alpha * (colors[color]! - rgba[offset]!);
    rgba[offset + 1] = rgba[offset + 1]! + alpha * (colors[color + 1]! - rgba[offset + 1]!);
    rgba[offset + 2] = rgba[offset + 2]! + alpha * (colors[color + 2]! - rgba[offset + 2]!);
  }
  return { rgba, width, height };
}

function alphasOf(shown: ShownMap, { opacity, fade }: MapView): Float32Array {
  const { values, state, scale } = shown;
  const alphas = new Float32Array(values.length);
  if (scale.limit === 0 || state === 'constant') return alphas;
  const { factor, offset } = toneOf(scale);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const magnitude = Math.abs(values[pixel]!);
    if (magnitude - magnitude !== 0) continue;
    alphas[pixel] = fade ? opacity * Math.max(0, Math.min(1, offset + factor * magnitude)) : opacity;
  }
  return alphas;
}

function lit(picture: RgbaImage, shown: ShownMap, places: Places, view: MapView): RgbaImage {
  const { rgba, width, height } = underlay(picture, DIMMED);
  const top = isTop(shown, places, view.topPercent);
  for (let pixel = 0, offset = 0; pixel < places.length; pixel++, offset += 4) {
    if (places[pixel]! < 0) dim(rgba, offset);
    else if (top[pixel]) rgba.set(picture.rgba.subarray(offset, offset + 3), offset);
  }
  return { rgba, width, height };
}

/** 1 at the pixels of the overlay whose |value| is among the `percent` percent largest of the map. */
function isTop(shown: ShownMap, places: Places, percent: number): Uint8Array {
  const least = shown.state === 'constant' ? Infinity : topOf(shown.values, percent);
  return Uint8Array.from(places, (place) => Number(place >= 0 && Math.abs(shown.values[place]!) >= least));
}

function dim(rgba: Uint8ClampedArray, offset: number): void {
  for (let channel = offset; channel < offset + 3; channel++) rgba[channel] = rgba[channel]! * OUTSIDE_LIGHT;
}

/** Longest side up to which a picture is enlarged. */
const LARGEST_SIDE = 2048;

/** How many times a picture is to be enlarged to have a pixel for each of the map. */
function finenessOf({ width, height }: RgbaImage, { scaleX, scaleY }: PixelMapping): number {
  const wanted = Math.ceil(1 / Math.min(scaleX, scaleY) - 1e-9);
  if (!Number.isFinite(wanted)) return 1;
  return Math.max(1, Math.min(wanted, Math.floor(LARGEST_SIDE / Math.max(width, height))));
}

/** Each pixel as a square of `factor` × `factor`. */
function enlarged(picture: RgbaImage, factor: number): RgbaImage {
  if (factor === 1) return picture;
  const [width, height] = [picture.width * factor, picture.height * factor];
  const source = new Uint32Array(picture.rgba.buffer, picture.rgba.byteOffset, picture.width * picture.height);
  const pixels = new Uint32Array(width * height);
  for (let y = 0, pixel = 0; y < height; y++) {
    const row = Math.floor(y / factor) * picture.width;
    for (let x = 0; x < width; x++, pixel++) pixels[pixel] = source[row + Math.floor(x / factor)]!;
  }
  return { rgba: new Uint8ClampedArray(pixels.buffer), width, height };
}

/** For each picture coordinate the model coordinate that it shows, −1 outside. */
function modelIndices(length: number, start: number, scale: number, count: number): Int32Array {
  return Int32Array.from({ length }, (_, index) => {
    const model = Math.floor((index + 0.5 - start) / scale);
    return model >= 0 && model < count ? model : -1;
  });
}

/** A mapping in pixels of another size of the same picture (a preview): positions and scales times the ratio of the sizes. */
export function scaleMapping(
  mapping: PixelMapping,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): PixelMapping {
  const horizontal = to.width / from.width;
  const vertical = to.height / from.height;
  return {
    x: mapping.x * horizontal,
    y: mapping.y * vertical,
    scaleX: mapping.scaleX * horizontal,
    scaleY: mapping.scaleY * vertical,
  };
}
