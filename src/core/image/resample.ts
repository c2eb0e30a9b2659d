import type { Interpolation } from './inputChoices';

/** Output pixels `first` … `first + count − 1` of an axis of `from` pixels that is resized to `to` pixels. */
export interface AxisResize {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

/** Numbers of any kind, height × width × channels. */
interface Grid {
  readonly data: Uint8Array | Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface ResampleOptions {
  readonly antialias?: boolean;
  readonly rounded?: boolean;
}

/** The source pixels that make one output pixel: `weights[i]` belongs to pixel `start + i`; they sum to 1. */
interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

/**
 * Resizes and crops a picture; values as they are (of 8 bits 0 … 255), as float32, rows.count × columns.count × channels, not rounded.
 *
 * Pixel i covers [i, i + 1]; output pixel j covers [j·s, (j + 1)·s] of the source, s = from / to, and has its centre there
 * (half-pixel centres). `nearest`: the pixel at the centre. `bilinear`: triangle of half width max(1, s) around the centre,
 * normalised, so antialiased when shrinking, as Pillow and torchvision do. `bicubic` (Keys, a = −½), `lanczos` (a = 3), `hamming` and
 * `box` likewise, Pillow's filters of half width 2, 3, 1 and ½. `area`: mean over what is covered.
 *
 * `antialias: false`: the filter keeps its own width when shrinking, as TensorFlow's tf.image.resize. `rounded`: bit for bit as Pillow
 * 12 of 8-bit pictures (Resample.c): weights of 22 bits, each pass rounded and clipped to 0 … 255, columns first.
 */
export function resample(
  picture: Grid,
  rows: AxisResize,
  columns: AxisResize,
  interpolation: Interpolation,
  { antialias = true, rounded = false }: ResampleOptions = {},
): Float32Array {
  const { data, height, width, channels } = picture;
  const kernel = { interpolation, antialias, rounded };
  const vertical = { resize: rows, ...kernel };
  const horizontal = { resize: columns, ...kernel };
  // The order that keeps the intermediate picture small: one side may be a hundred million pixels long.
  if (rounded || height * columns.count <= rows.count * width) {
    const narrow = weigh(data, { outer: height, length: width, inner: channels }, horizontal);
    return weigh(narrow, { outer: 1, length: height, inner: columns.count * channels }, vertical);
  }
  const low = weigh(data, { outer: 1, length: height, inner: width * channels }, vertical);
  return weigh(low, { outer: rows.count, length: width, inner: channels }, horizontal);
}

interface Layout {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

interface Filter extends Required<ResampleOptions> {
  readonly resize: AxisResize;
  readonly interpolation: Interpolation;
}

/** Weighted sums along the middle axis of an outer × length × inner array. */
function weigh(values: Uint8Array | Float32Array, layout: Layout, filter: Filter): Float32Array {
  const { outer, length, inner } = layout;
  const { resize } = filter;
  const size = outer * resize.count * inner;
  // Single precision would turn what is just below a half into one.
  const result = filter.rounded ? new Float64Array(size) : new Float32Array(size);
  const sums = new Float64Array(inner);
  for (let j = 0; j < resize.count; j++) {
    const { start, weights } = tapsOf(filter, resize.first + j);
    for (let block = 0; block < outer; block++) {
      const from = (block * length + start) * inner;
      const to = (block * resize.count + j) * inner;
      if (inner === 1) result[to] = sumOne(values, from, weights);
      else if (inner === 3) sumThree(values, from, weights, result, to);
      else {
        sums.fill(0);
        for (let i = 0; i < weights.length; i++) addRow(sums, values, from + i * inner, weights[i]!);
        result.set(sums, to);
      }
    }
  }
  return result instanceof Float32Array ? result : Float32Array.from(result, nearestByte);
}

// The inner loops stand alone because the compiler then keeps their sums in registers: several times as fast.

function sumOne(values: Uint8Array | Float32Array, from: number, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[from + i]!;
  return sum;
}

function sumThree(
  values: Uint8Array | Float32Array,
  from: number,
  weights: Float64Array,
  result: Float32Array | Float64Array,
  to: number,
): void {
  let first = 0;
  let second = 0;
  let third = 0;
  for (let i = 0, at = from; i < weights.length; i++, at += 3) {
    const weight = weights[i]!;
    first += weight * values[at]!;
    second += weight * values[at + 1]!;
    third += weight * values[at + 2]!;
  }
  result[to] = first;
  result[to + 1] = second;
  result[to + 2] = third;
}

function addRow(sums: Float64Array, values: Uint8Array | Float32Array, from: number, weight: number): void {
  for (let k = 0; k < sums.length; k++) sums[k]! += weight * values[from + k]!;
}

function nearestByte(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/** Pillow's weights are multiples of this. */
const FINEST = 2 ** -22;

function tapsOf(filter: Filter, j: number): Taps {
  const { resize, interpolation, rounded } = filter;
  if (interpolation === 'nearest' || (rounded && resize.from === resize.to))
    return { start: Math.min(resize.from - 1, Math.floor((j + 0.5) * (resize.from / resize.to))), weights: ONE };
  const [start, end] = reach(filter, j);
  const weights = new Float64Array(end - start);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = weightOf(filter, j, start + i);
    total += weights[i]!;
  }
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]! / total;
    weights[i] = rounded ? roundHalfAway(weight / FINEST) * FINEST : weight;
  }
  return { start, weights };
}

const ONE = Float64Array.of(1);

function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

/** The first source pixel that output pixel j may be made of and the one after its last. */
function reach({ resize: { from, to }, interpolation, antialias }: Filter, j: number): [number, number] {
  const scale = from / to;
  const centre = (j + 0.5) * scale;
  const half = interpolation === 'area' ? scale / 2 : KERNELS[interpolation as Kernel].half * widthOf(scale, antialias);
  return [
    Math.min(from - 1, Math.max(0, Math.floor(centre - half))),
    Math.min(from, Math.max(1, Math.ceil(centre + half))),
  ];
}

/** Source pixels to a unit of the filter. */
function widthOf(scale: number, antialias: boolean): number {
  return antialias ? Math.max(1, scale) : 1;
}

function weightOf({ resize: { from, to }, interpolation, antialias }: Filter, j: number, i: number): number {
  const scale = from / to;
  if (interpolation === 'area') return Math.max(0, Math.min(i + 1, (j + 1) * scale) - Math.max(i, j * scale));
  const { weight } = KERNELS[interpolation as Kernel];
  const distance = (i + 0.5 - (j + 0.5) * scale) / widthOf(scale, antialias);
  return weight(!antialias && interpolation === 'bicubic' ? tabled(distance) : distance);
}

/** TensorFlow looks its cubic weights up in a table of 1024 steps a pixel. */
function tabled(distance: number): number {
  return Math.round(distance * 1024) / 1024;
}

type Kernel = Exclude<Interpolation, 'nearest' | 'area'>;

/** Pillow's filters: half width, and weight at a distance from the centre. */
const KERNELS: Readonly<Record<Kernel, { readonly half: number; readonly weight: (x: number) => number }>> = {
  box: { half: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { half: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { half: 1, weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))) },
  bicubic: { half: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { half: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Keys 1981 with a = −½. */
function cubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
