import type { ImageBatch, PixelImage } from '../../image/pixels';
import { addEvenNoise, addNoise } from './noise';

/** Images that a method wants to know the model's answer to, said without making them. All of one run have one shape. */
export type Points = BatchPoints | LinePoints | NoisyPoints | EvenlyNoisyPoints | WindowPoints | ExchangedPoints;

/** Images as they are. */
interface BatchPoints {
  readonly kind: 'batch';
  readonly images: ImageBatch;
}

/** (1 − α)·from + α·to for each α of `positions`: both ends exactly. */
interface LinePoints {
  readonly kind: 'line';
  readonly from: Float32Array;
  readonly to: PixelImage;
  readonly positions: readonly number[];
}

/**
 * `count` times the image with noise from N(0, σ²) added to each value, not clamped. A draw belongs to the seed, which is the
 * image's, and to the point's number, so that any chunks and any `count` give the same bits.
 */
interface NoisyPoints {
  readonly kind: 'noise';
  readonly image: PixelImage;
  /** σ, in the unit of pixels. */
  readonly deviation: number;
  readonly seed: number;
  readonly count: number;
}

/** The same with noise drawn evenly from [−radius, radius). */
interface EvenlyNoisyPoints {
  readonly kind: 'even-noise';
  readonly image: PixelImage;
  /** In the unit of pixels. */
  readonly radius: number;
  readonly seed: number;
  readonly count: number;
}

/** The image, or values of a layer for a tail, with one window of `fill`, which has its shape, for each of `windows`. */
interface WindowPoints {
  readonly kind: 'windows';
  readonly image: Omit<ImageBatch, 'count'>;
  readonly fill: Float32Array;
  readonly windows: readonly Window[];
}

/** The image with the first n pixels of `order`, all channels of each, from `fill`, an image of its shape, for each n of `counts`. */
interface ExchangedPoints {
  readonly kind: 'exchanged';
  readonly image: PixelImage;
  readonly fill: Float32Array;
  /** Pixels by their number, row by row. */
  readonly order: Uint32Array;
  readonly counts: readonly number[];
}

/** Rows top … bottom − 1, columns left … right − 1. */
export interface Window {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

type Shape = Pick<ImageBatch, 'height' | 'width' | 'channels'>;

export function countPoints(points: Points): number {
  switch (points.kind) {
    case 'batch':
      return points.images.count;
    case 'line':
      return points.positions.length;
    case 'noise':
    case 'even-noise':
      return points.count;
    case 'windows':
      return points.windows.length;
    case 'exchanged':
      return points.counts.length;
  }
}

export function shapeOfPoints(points: Points): Shape {
  switch (points.kind) {
    case 'batch':
      return points.images;
    case 'line':
      return points.to;
    case 'noise':
    case 'even-noise':
    case 'windows':
    case 'exchanged':
      return points.image;
  }
}

/** Makes point number `point` at `target`, which has its length. */
export function writePoint(points: Points, point: number, target: Float32Array): void {
  switch (points.kind) {
    case 'batch':
      target.set(points.images.data.subarray(point * target.length, (point + 1) * target.length));
      return;
    case 'line':
      writeBetween(target, points.from, points.to.data, points.positions[point]!);
      return;
    case 'noise':
      addNoise(target, points.image.data, points.deviation, points.seed, point);
      return;
    case 'even-noise':
      addEvenNoise(target, points.image.data, points.radius, points.seed, point);
      return;
    case 'windows':
      target.set(points.image.data);
      fillWindow(target, points.fill, points.windows[point]!, points.image);
      return;
    case 'exchanged':
      target.set(points.image.data);
      exchangePixels(target, points.fill, points.order.subarray(0, points.counts[point]), points.image);
  }
}

/** All points as images, where others than the model are asked about them. Throws `RangeError` for points of a layer. */
export function imagesAt(points: Points): readonly PixelImage[] {
  const { height, width, channels } = shapeOfPoints(points);
  if (channels !== 1 && channels !== 3) throw new RangeError('Values of a layer are no images.');
  return Array.from({ length: countPoints(points) }, (_, point) => {
    const data = new Float32Array(height * width * channels);
    writePoint(points, point, data);
    return { data, height, width, channels };
  });
}

function writeBetween(target: Float32Array, from: Float32Array, to: Float32Array, position: number): void {
  for (let index = 0; index < target.length; index++)
    target[index] = (1 - position) * from[index]! + position * to[index]!;
}

function fillWindow(target: Float32Array, fill: Float32Array, window: Window, { width, channels }: Shape): void {
  for (let row = window.top; row < window.bottom; row++) {
    const start = (row * width + window.left) * channels;
    const end = (row * width + window.right) * channels;
    target.set(fill.subarray(start, end), start);
  }
}

function exchangePixels(target: Float32Array, fill: Float32Array, pixels: Uint32Array, { channels }: Shape): void {
  for (const pixel of pixels)
    for (let index = pixel * channels; index < (pixel + 1) * channels; index++) target[index] = fill[index]!;
}
