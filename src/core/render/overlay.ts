import type { RawMap } from '../image/pixels';
import type { PixelMapping } from '../result/record';
import { paintMap, type RgbaImage, showMap, type ShownMap } from './map';
import type { MapView } from './view';

/** How much of the picture's light is left where the model does not look (cropped away). */
const OUTSIDE_LIGHT = 0.4;

/**
 * The map over its picture, at the picture's resolution. A picture pixel takes the model pixel that its centre lies in:
 * column = ⌊(x + ½ − mapping.x) / mapping.scaleX⌋. Colour c over picture p: p + α·(c − p), α = opacity · min(1, |v| / limit), so
 * that unimportant pixels keep the picture. Pixels without a finite value, and zero or constant maps, leave the picture as it is;
 * pixels outside the model's input are dimmed. `mapping` is in pixels of `picture` (see {@link scaleMapping}).
 */
export function renderOverlay(picture: RgbaImage, map: RawMap, mapping: PixelMapping, view: MapView): RgbaImage {
  return overlayShown(picture, showMap(map, view), mapping, view);
}

/** {@link renderOverlay} for a map already reduced and measured. */
export function overlayShown(picture: RgbaImage, shown: ShownMap, mapping: PixelMapping, view: MapView): RgbaImage {
  const { width, height } = picture;
  const rgba = new Uint8ClampedArray(picture.rgba);
  const colors = paintMap(shown, view.colorMap);
  const alphas = alphasOf(shown, view.opacity);
  const columns = modelIndices(width, mapping.x, mapping.scaleX, shown.width);
  const rows = modelIndices(height, mapping.y, mapping.scaleY, shown.height);
  for (let y = 0, offset = 0; y < height; y++) {
    const row = rows[y]!;
    for (let x = 0; x < width; x++, offset += 4) {
      const column = columns[x]!;
      if (row < 0 || column < 0) {
        for (let channel = offset; channel < offset + 3; channel++) rgba[channel] = rgba[channel]! * OUTSIDE_LIGHT;
        continue;
      }
      const pixel = row * shown.width + column;
      const alpha = alphas[pixel]!;
      if (alpha === 0) continue;
      const color = 4 * pixel;
      rgba[offset] = rgba[offset]! + alpha * (colors[color]! - rgba[offset]!);
      rgba[offset + 1] = rgba[offset + 1]! + alpha * (colors[color + 1]! - rgba[offset + 1]!);
      rgba[offset + 2] = rgba[offset + 2]! + alpha * (colors[color + 2]! - rgba[offset + 2]!);
    }
  }
  return { rgba, width, height };
}

function alphasOf(shown: ShownMap, opacity: number): Float32Array {
  const { values, state } = shown;
  const { limit } = shown.scale;
  if (limit === 0 || state === 'constant') return new Float32Array(values.length);
  const alphas = new Float32Array(values.length);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const magnitude = Math.abs(values[pixel]!);
    if (magnitude - magnitude === 0) alphas[pixel] = opacity * (magnitude > limit ? 1 : magnitude / limit);
  }
  return alphas;
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
