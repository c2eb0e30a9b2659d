import type { Picture, RawMap } from '../../../src/core/image/pixels';
import { exactView } from '../../../src/core/render/defaultView';
import { renderMap, type RgbaImage, showMap } from '../../../src/core/render/map';
import { overlayShown } from '../../../src/core/render/overlay';
import { COLOR_MAP_IDS, type MapView } from '../../../src/core/render/view';
import { choice, flag, object } from '../../../src/core/schema/kinds';
import { number } from '../../../src/core/schema/numbers';
import type { Of } from '../../../src/core/schema/schema';
import { type FrameMapKind, frameMapKind } from '../../../src/training/frameMapKind';
import type { FrameImage, FrameSize } from '../../../src/training/frames/frames';

/** How the maps of frames are looked at. */
export const frameView = object({
  map: frameMapKind,
  /** `auto`: diverging for the signed loss gradient, sequential for the magnitudes of gradient × input. */
  colorMap: choice(['auto', ...COLOR_MAP_IDS]),
  opacity: number(0, 1),
  /** Over the picture, or the map alone. */
  overPicture: flag,
});
export type FrameView = Of<typeof frameView>;

/** The values of a frame's map: byte · scale. */
export function frameMap(image: FrameImage, kind: FrameMapKind, { height, width }: FrameSize): RawMap {
  const [bytes, scale] =
    kind === 'gradient-x-input'
      ? [image.gradientXInput, image.gradientXInputScale]
      : [image.lossGradient, image.lossGradientScale];
  return { data: Float32Array.from(bytes, (byte) => byte * scale), height, width, channels: 1 };
}

/** The steps from a frame's map to colours: no reduction (one channel), all signs, no clipping, scaled to its own largest value. */
function mapViewOf({ map, colorMap, opacity }: FrameView): MapView {
  const view = exactView(map === 'loss-gradient' ? 'diverging' : 'sequential');
  return {
    ...view,
    reduce: 'sum',
    sign: 'all',
    clipPercent: 0,
    colorMap: colorMap === 'auto' ? view.colorMap : colorMap,
    opacity,
  };
}

/** A frame's map in colours: over the picture at the picture's size, or alone at its own. */
export function drawFrame(picture: RgbaImage, image: FrameImage, size: FrameSize, view: FrameView): RgbaImage {
  const map = frameMap(image, view.map, size);
  if (!view.overPicture) return renderMap(map, mapViewOf(view));
  const mapping = { x: 0, y: 0, scaleX: picture.width / size.width, scaleY: picture.height / size.height };
  const look = mapViewOf(view);
  return overlayShown(picture, showMap(map, look), mapping, look);
}

/** An 8-bit picture as opaque colours. */
export function pictureColors({ data, height, width, channels }: Picture): RgbaImage {
  const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let pixel = 0; pixel < height * width; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * pixel + channel] = data[channels === 1 ? pixel : 3 * pixel + channel]!;
  return { rgba, width, height };
}
