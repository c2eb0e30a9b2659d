import type { PixelMapping } from './decoding';
import { toGrey } from './grey';
import type { Picture, PixelImage } from './pixels';
import type { CropOffset, Interpolation, ResizeDetails, ResizeMode } from './inputChoices';
import { resample, type AxisResize } from './resample';

/** What a model's input asks of a picture. */
export interface FitTarget extends ResizeDetails {
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
 * Pillow's ImageOps.pad. Values are not rounded to 8 bits unless `rounded`; a picture that has
 * the model's size already becomes v / 255. `resizeTo` is the size before cropping or padding (`ResizeDetails`); where it is smaller
 * than the input, `padColor` surrounds the picture.
 */
export function fitPicture(picture: Picture, input: FitTarget): FittedImage {
  const { height, width, channels, interpolation, cropOffset = 'round', antialias = true, rounded = false } = input;
  const source = channels === 1 ? toGrey(picture) : picture;
  const size = resizedSize(picture, input);
  const rows = placeAxis(source.height, size.height, height, cropOffset);
  const columns = placeAxis(source.width, size.width, width, cropOffset);
  const values = resample(source, rows.resize, columns.resize, interpolation, { antialias, rounded });
  const data = surroundings(input);
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

/** Black, or what `padColor` says. */
function surroundings({ height, width, channels, padColor = [0] }: FitTarget): Float32Array {
  const data = new Float32Array(height * width * channels);
  const one = channels === 1 && padColor.length === 3 ? toGrey({ data: Uint8Array.from(padColor), height: 1, width: 1, channels: 3 }).data : padColor; // prettier-ignore
  if (one.every((value) => value === 0)) return data;
  for (let at = 0; at < data.length; at++) data[at] = (one[at % channels] ?? one[0]!) / 255;
  return data;
}

/** Size to which the whole picture is resized before it is cropped or padded. */
function resizedSize(picture: Size, { height, width, resize, resizeTo }: FitTarget): Size {
  if (typeof resizeTo === 'object') return { height: resizeTo[0], width: resizeTo[1] };
  if (resizeTo !== undefined && resize === 'center-crop') return shorterSide(picture, resizeTo);
  if (resizeTo !== undefined && resize === 'pad') return longerSide(picture, resizeTo);
  if (resize === 'stretch') return { height, width };
  const wider = picture.width * height > width * picture.height;
  if (resize === 'center-crop')
    return wider
      ? { height, width: Math.max(width, Math.floor((height * picture.width) / picture.height)) }
      : { height: Math.max(height, Math.floor((width * picture.height) / picture.width)), width };
  return wider
    ? { height: clamp(Math.round((picture.height / picture.width) * width), height), width }
    : { height, width: clamp(Math.round((picture.width / picture.height) * height), width) };
}

/** As torchvision's Resize(side): the longer side is rounded down. */
function shorterSide({ height, width }: Size, side: number): Size {
  return height <= width
    ? { height: side, width: Math.floor((side * width) / height) }
    : { height: Math.floor((side * height) / width), width: side };
}

/** As timm's ResizeKeepRatio(side, longest=1): the shorter side is rounded. */
function longerSide({ height, width }: Size, side: number): Size {
  return height >= width
    ? { height: side, width: clamp(roundHalfEven((side * width) / height), side) }
    : { height: clamp(roundHalfEven((side * height) / width), side), width: side };
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
function placeAxis(from: number, to: number, length: number, offset: CropOffset): PlacedAxis {
  const rest = (to - length) / 2;
  const first = to > length ? (offset === 'floor' ? Math.floor(rest) : roundHalfEven(rest)) : 0;
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
