import type { Canvas } from '../../core/image/canvas';
import type { Picture, RawMap } from '../../core/image/pixels';
import { resample } from '../../core/image/resample';
import { colorMapOf, COLORS } from '../../core/render/colorMap';
import { exactView } from '../../core/render/defaultView';
import { renderMap } from '../../core/render/map';
import type { ColorMapId } from '../../core/render/view';
import type { FrameImage, FrameSize } from '../frames/frames';

export type FrameMap = 'gradient-x-input' | 'loss-gradient';

/** The kept map of a watched image in the product's colours: gradient × input from 0 to its maximum, loss gradient centred at 0. */
export function paintFrameMap(image: FrameImage, size: FrameSize, map: FrameMap): Canvas {
  const isScore = map === 'gradient-x-input';
  const bytes = isScore ? image.gradientXInput : image.lossGradient;
  const scale = isScore ? image.gradientXInputScale : image.lossGradientScale;
  const data = Float32Array.from(bytes, (byte) => byte * scale);
  return paintMap({ data, ...size, channels: 1 }, isScore ? 'sequential' : 'diverging');
}

/** A map as the product first shows one of its kind. */
export function paintMap(map: RawMap, display: 'sequential' | 'diverging'): Canvas {
  const { rgba, width, height } = renderMap(map, exactView(display));
  return { rgba, width, height };
}

/** A picture at the size of a pane: shrunk by averaging, enlarged with its pixels kept. */
export function paintPicture(picture: Picture, { width, height }: FrameSize): Canvas {
  const interpolation = width < picture.width ? 'area' : 'nearest';
  const rows = { from: picture.height, to: height, first: 0, count: height };
  const columns = { from: picture.width, to: width, first: 0, count: width };
  const pixels = resample(picture, rows, columns, interpolation);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * pixel + channel] = pixels[pixel * picture.channels + (picture.channels === 1 ? 0 : channel)]!;
  return { rgba, width, height };
}

/** All colours of a colour map, one pixel high. */
export function paintColorMap(id: ColorMapId): Canvas {
  const colors = colorMapOf(id);
  const rgba = new Uint8ClampedArray(COLORS * 4).fill(255);
  for (let index = 0; index < COLORS; index++) rgba.set(colors.subarray(3 * index, 3 * index + 3), 4 * index);
  return { rgba, width: COLORS, height: 1 };
}
