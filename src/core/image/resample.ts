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
 * normalised, so antialiased when shrinking, as Pillow and torchvision do. `area`: mean over what is covered.
 */
export function resample(
  picture: Grid,
  rows: AxisResize,
  columns: AxisResize,
  interpolation: Interpolation,
): Float32Array {
  const { data, height, width, channels } = picture;
  const vertical = { resize: rows, interpolation };
  const horizontal = { resize: columns, interpolation };
  // The order that keeps the intermediate picture small: one side may be a hundred million pixels long.
  if (height * columns.count <= rows.count * width) {
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

interface Filter {
  readonly resize: AxisResize;
  readonly interpolation: Interpolation;
}

/** Weighted sums along the middle axis of an outer × length × inner array. */
function weigh(values: Uint8Array | Float32Array, layout: Layout, { resize, interpolation }: Filter): Float32Array {
  const { outer, length, inner } = layout;
  const result = new Float32Array(outer * resize.count * inner);
  const sums = new Float64Array(inner);
  for (let j = 0; j < resize.count; j++) {
    const { start, weights } = tapsOf(resize, resize.first + j, interpolation);
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
  return result;
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
  result: Float32Array,
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

function tapsOf(resize: AxisResize, j: number, interpolation: Interpolation): Taps {
  const [start, end] = reach(resize, j, interpolation);
  const weights = new Float64Array(end - start);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = weightOf(resize, j, start + i, interpolation);
    total += weights[i]!;
  }
  for (let i = 0; i < weights.length; i++) weights[i]! /= total;
  return { start, weights };
}

/** First source pixel of output pixel j and the one after its last. */
function reach({ from, to }: AxisResize, j: number, interpolation: Interpolation): [number, number] {
  const scale = from / to;
  const centre = (j + 0.5) * scale;
  if (interpolation === 'nearest') {
    const nearest = Math.min(from - 1, Math.floor(centre));
    return [nearest, nearest + 1];
  }
  const half = interpolation === 'area' ? scale / 2 : Math.max(1, scale);
  return [
    Math.min(from - 1, Math.max(0, Math.floor(centre - half))),
    Math.min(from, Math.max(1, Math.ceil(centre + half))),
  ];
}

function weightOf({ from, to }: AxisResize, j: number, i: number, interpolation: Interpolation): number {
  const scale = from / to;
  switch (interpolation) {
    case 'nearest':
      return 1;
    case 'area':
      return Math.max(0, Math.min(i + 1, (j + 1) * scale) - Math.max(i, j * scale));
    case 'bilinear':
      return Math.max(0, 1 - Math.abs(i + 0.5 - (j + 0.5) * scale) / Math.max(1, scale));
  }
}
