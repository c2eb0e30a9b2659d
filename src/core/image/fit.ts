import type { PixelMapping } from './decoding';
import { toGrey } from './grey';
import type { Picture, PixelImage } from './pixels';
import type { Interpolation, ResizeMode } from './inputChoices';
import { resample, type AxisResize } from './resample';

/** What a model's input asks of a picture. */
export interface FitTarget {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly resize: ResizeMode;
  readonly interpolation: Interpolation;
}

export interface FittedImage {
  readonly image: PixelImage;
  /** Where the model's pixels lie on the picture. */
  readonly mapping: PixelMapping;
}

/**
 * The picture as a model takes it: float32 in [0, 1], H×W×C at the model's size, and where its pixels lie on the picture.
 *
 * Grey models get the luma of the picture, before it is resized; RGB models of a grey picture get it three times. Then
 * `stretch` resizes each side on its own; `center-crop` resizes so that the picture just covers the input and keeps the
 * middle, as torchvision's Resize and CenterCrop; `pad` resizes so that it just fits inside and surrounds it with black, as
 * Pillow's ImageOps.pad. Values are not rounded to 8 bits; a picture that has the model's size already becomes v / 255.
 */
export function fitPicture(picture: Picture, input: FitTarget): FittedImage {
  const { height, width, channels, interpolation } = input;
  const source = channels === 1 ? toGrey(picture) : picture;
  const size = resizedSize(picture, input, input.resize);
  const rows = placeAxis(source.height, size.height, height);
  const columns = placeAxis(source.width, size.width, width);
  const values = resample(source, rows.resize, columns.resize, interpolation);
  const data = new Float32Array(height * width * channels);
  for (let row = 0; row < rows.resize.count; row++)
    for (let column = 0; column < columns.resize.count; column++) {
      const from = (row * columns.resize.count + column) * source.channels;
      const to = ((row + rows.margin) * width + column + columns.margin) * channels;
      for (let channel = 0; channel < channels; channel++)
        data[to + channel] = values[from + (source.channels === 1 ? 0 : channel)]! / 255;
    }
  return {
    image: { data, height, width, channels },
    mapping: { x: columns.origin, y: rows.origin, scaleX: columns.scale, scaleY: rows.scale },
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Size to which the whole picture is resized before it is cropped or padded. */
function resizedSize(picture: Size, input: Size, mode: ResizeMode): Size {
  const { height, width } = input;
  if (mode === 'stretch') return { height, width };
  const wider = picture.width * height > width * picture.height;
  if (mode === 'center-crop')
    return wider
      ? { height, width: Math.max(width, Math.floor((height * picture.width) / picture.height)) }
      : { height: Math.max(height, Math.floor((width * picture.height) / picture.width)), width };
  return wider
    ? { height: clamp(Math.round((picture.height / picture.width) * width), height), width }
    : { height, width: clamp(Math.round((picture.width / picture.height) * height), width) };
}

function clamp(length: number, most: number): number {
  return Math.min(most, Math.max(1, length));
}

interface PlacedAxis {
  readonly resize: AxisResize;
  /** Input pixels before the picture begins. */
  readonly margin: number;
  /** Where the input begins on the picture, and picture pixels to an input pixel. */
  readonly origin: number;
  readonly scale: number;
}

/** Centres `to` resized pixels of an axis in an input of `length` pixels: cropped where longer, padded where shorter. */
function placeAxis(from: number, to: number, length: number): PlacedAxis {
  const first = to > length ? roundHalfEven((to - length) / 2) : 0;
  const margin = to < length ? roundHalfEven((length - to) / 2) : 0;
  const scale = from / to;
  return {
    resize: { from, to, first, count: Math.min(to, length) },
    margin,
    origin: (first - margin) * scale,
    scale,
  };
}

/** As Python rounds, so that crops begin at the same pixel as torchvision's. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
