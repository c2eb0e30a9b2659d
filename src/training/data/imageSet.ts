import { toGrey } from '../../core/image/grey';
import { fitPicture } from '../../core/image/fit';
import type { Picture } from '../../core/image/pixels';
import type { ResizeMode } from '../../core/model/modelInfo';
import type { ImageSet } from './dataset';
import { createLimiter } from './job';
import type { PixelStore } from './pixelStore';
import type { PictureSource } from './source';

/** What the pictures of a data set are made into. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly resize: ResizeMode;
}

/** Pictures that are decoded at a time: as many as a machine has threads for it. */
const DECODED_AT_ONCE = 4;

/**
 * All pictures of `source` in one shape, fetched when they are read; those that are slow to make are kept in `store`.
 * Where size or channels change, pictures are rounded to 8 bits afterwards, as if they had been saved so; what is stored as real
 * numbers in the right shape is not rounded.
 */
export function createImageSet(source: PictureSource, shape: ImageShape, store: PixelStore): ImageSet {
  const length = shape.height * shape.width * shape.channels;
  const limit = createLimiter(DECODED_AT_ONCE);
  const isShaped = ({ height, width, channels }: Picture) =>
    height === shape.height && width === shape.width && channels === shape.channels;

  async function bytesOf(index: number): Promise<Uint8Array> {
    if (source.cheap) {
      const picture = await source.picture(index);
      if (isShaped(picture)) return picture.data;
    }
    return store.get(source, index, () => limit(async () => shaped(await source.picture(index), shape)));
  }

  async function readOne(index: number, target: Float32Array, offset: number): Promise<void> {
    if (!(index >= 0 && index < source.count)) throw new RangeError(`${index} is not among ${source.count} images`);
    if ((await source.values?.(index, shape, target, offset)) === true) return;
    toUnit(await bytesOf(index), target, offset);
  }

  return {
    count: source.count,
    labels: source.labels,
    async read(indices, target) {
      if (target.length < indices.length * length)
        throw new RangeError(`${target.length} values do not hold ${indices.length} images of ${length}`);
      await Promise.all(Array.from(indices, (index, i) => readOne(index, target, i * length)));
    },
    nameOf: (index) => source.nameOf(index),
  };
}

function shaped(picture: Picture, shape: ImageShape): Uint8Array {
  const { height, width, channels } = shape;
  if (picture.height !== height || picture.width !== width) {
    const { image } = fitPicture(picture, { ...shape, interpolation: 'bilinear' });
    return toBytes(image.data);
  }
  if (channels === picture.channels) return compact(picture.data);
  if (channels === 1) return toGrey(picture).data;
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < picture.data.length; i++) data.fill(picture.data[i]!, 3 * i, 3 * i + 3);
  return data;
}

// The loops stand alone, over their own arguments: several times as fast as within an asynchronous function or by `from`.

function toUnit(bytes: Uint8Array, target: Float32Array, offset: number): void {
  const part = target.subarray(offset, offset + bytes.length);
  for (let i = 0; i < part.length; i++) part[i] = bytes[i]! / 255;
}

function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(255 * values[i]!);
  return bytes;
}

/** Not a view into a larger buffer, which would be kept with it. */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
