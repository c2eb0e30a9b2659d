import type { PixelImage } from '../image/pixels';
import { createRandom } from '../random';
import type { Choice } from './parameters';

/** Images without what is to be explained, of the shape of `image`; `seed` is of those that are drawn. */
export const BASELINES = {
  black: (image) => filled(image, () => 0),
  grey: (image) => filled(image, () => 0.5),
  white: (image) => filled(image, () => 1),
  mean,
  blur,
  noise: (image, seed) => {
    const random = createRandom(seed);
    return filled(image, random);
  },
} as const satisfies Readonly<Record<string, (image: PixelImage, seed: number) => Float32Array>>;

export type BaselineKind = keyof typeof BASELINES;

/** Those that cover a part of an image, whichever seed. */
export type FillKind = Exclude<BaselineKind, 'noise'>;

/** As a parameter offers them. */
export const FILL_CHOICES: readonly Choice<FillKind>[] = [
  { id: 'black', label: 'Black', description: 'All pixels 0.' },
  { id: 'grey', label: 'Grey', description: 'All pixels 0.5.' },
  { id: 'white', label: 'White', description: 'All pixels 1.' },
  { id: 'mean', label: 'Mean colour', description: 'Every pixel the mean colour of the image.' },
  { id: 'blur', label: 'Blurred', description: 'The image blurred by a tenth of its longer side.' },
];

function filled({ data }: PixelImage, value: () => number): Float32Array {
  return Float32Array.from(data, value);
}

/** Every pixel the image's mean colour. */
function mean({ data, channels }: PixelImage): Float32Array {
  const sums = new Float64Array(channels);
  for (let index = 0; index < data.length; index++) sums[index % channels]! += data[index]!;
  const pixels = data.length / channels;
  return Float32Array.from(data, (_, index) => sums[index % channels]! / pixels);
}

/** Standard deviation of the blur as a share of the longer side: shapes are gone, the distribution of light stays. */
const BLUR = 0.1;

/** Gaussian blur, kernel cut at 3σ and normalised over what lies inside the image. */
function blur({ data, height, width, channels }: PixelImage): Float32Array {
  const kernel = halfKernel(BLUR * Math.max(height, width));
  const rows = smooth(data, { outer: height, length: width, inner: channels }, kernel);
  return smooth(rows, { outer: 1, length: height, inner: width * channels }, kernel);
}

/** exp(−d²/2σ²) for d = 0 … ⌈3σ⌉. */
function halfKernel(sigma: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, distance) =>
    Math.exp(-(distance * distance) / (2 * sigma * sigma)),
  );
}

interface Axis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Weighted means along the middle axis of an outer × length × inner array. */
function smooth(values: Float32Array, { outer, length, inner }: Axis, kernel: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  const sums = new Float64Array(inner);
  const reach = kernel.length - 1;
  for (let slab = 0; slab < outer; slab++)
    for (let place = 0; place < length; place++) {
      sums.fill(0);
      let total = 0;
      for (let other = Math.max(0, place - reach); other <= Math.min(length - 1, place + reach); other++) {
        const weight = kernel[Math.abs(other - place)]!;
        const start = (slab * length + other) * inner;
        for (let index = 0; index < inner; index++) sums[index]! += weight * values[start + index]!;
        total += weight;
      }
      const start = (slab * length + place) * inner;
      for (let index = 0; index < inner; index++) result[start + index] = sums[index]! / total;
    }
  return result;
}
