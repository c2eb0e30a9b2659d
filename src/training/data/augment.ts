import { createRandom, deriveSeed } from '../../core/random';
import type { Augmentation } from '../options';

/** Size of the images of a minibatch. */
export interface AugmentedSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How one image is changed. */
interface Change {
  readonly mirrored: boolean;
  readonly down: number;
  readonly right: number;
  /** Sides of the cut as a share of the picture's, and where it begins in pixels. */
  readonly scale: number;
  readonly top: number;
  readonly left: number;
}

/**
 * Changes the first `count` images of `pixels` (count × H × W × C) in place: each is cut to a square of (1 − crop) to 1 of each
 * side and scaled back (bilinear, half-pixel centres), then moved by up to `shift` of a side in whole pixels each way with its
 * edges repeated, then mirrored with probability ½. Image i is a pure function of its pixels, `augmentation`, `seed` and i;
 * which of the changes are on does not alter what is drawn for the others. Values stay between the smallest and largest.
 */
export function augment(
  pixels: Float32Array,
  count: number,
  size: AugmentedSize,
  augmentation: Augmentation,
  seed: number,
): void {
  const { flip, shift, crop } = augmentation;
  if (!flip && !(shift > 0) && !(crop > 0)) return;
  const length = size.height * size.width * size.channels;
  const original = new Float32Array(length);
  for (let image = 0; image < count; image++) {
    const part = pixels.subarray(image * length, (image + 1) * length);
    original.set(part);
    apply(original, part, size, drawChange(size, augmentation, deriveSeed(seed, image)));
  }
}

function drawChange({ height, width }: AugmentedSize, { flip, shift, crop }: Augmentation, seed: number): Change {
  const random = createRandom(seed);
  const mirrored = random() < 0.5 && flip;
  const down = wholeWithin(random(), shift * height);
  const right = wholeWithin(random(), shift * width);
  const scale = 1 - random() * Math.min(1, Math.max(0, crop));
  return { mirrored, down, right, scale, top: random() * (1 - scale) * height, left: random() * (1 - scale) * width };
}

/** A whole number from −most to most, all as likely. */
function wholeWithin(drawn: number, most: number): number {
  const whole = Math.max(0, Math.floor(most));
  return Math.floor(drawn * (2 * whole + 1)) - whole;
}

function apply(from: Float32Array, to: Float32Array, size: AugmentedSize, change: Change): void {
  const { height, width, channels } = size;
  const rows = tapsOf(height, -change.down, change.scale, change.top, false);
  const columns = tapsOf(width, -change.right, change.scale, change.left, change.mirrored);
  for (let y = 0, at = 0; y < height; y++) {
    const upper = rows.first[y]! * width;
    const lower = rows.second[y]! * width;
    const down = rows.weight[y]!;
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!;
      const right = columns.second[x]!;
      const across = columns.weight[x]!;
      const end = at + channels;
      let a = (upper + left) * channels;
      if (down === 0 && across === 0) {
        while (at < end) to[at++] = from[a++]!;
        continue;
      }
      let b = (upper + right) * channels;
      let c = (lower + left) * channels;
      let d = (lower + right) * channels;
      while (at < end) {
        const above = mix(from[a++]!, from[b++]!, across);
        const below = mix(from[c++]!, from[d++]!, across);
        to[at++] = mix(above, below, down);
      }
    }
  }
}

/** Output pixel i is first[i] · (1 − weight[i]) + second[i] · weight[i] along an axis. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float64Array;
}

function tapsOf(length: number, move: number, scale: number, start: number, mirrored: boolean): Taps {
  const last = length - 1;
  const taps = { first: new Int32Array(length), second: new Int32Array(length), weight: new Float64Array(length) };
  for (let place = 0; place < length; place++) {
    const moved = clamp((mirrored ? last - place : place) + move, 0, last);
    const at = scale === 1 ? moved : clamp(start + (moved + 0.5) * scale - 0.5, 0, last);
    taps.first[place] = Math.floor(at);
    taps.second[place] = Math.min(last, Math.floor(at) + 1);
    taps.weight[place] = at - Math.floor(at);
  }
  return taps;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Exact where both are equal, so that no value leaves the range of the picture. */
function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}
