import { numberAttribute, textAttribute, type GraphNode } from '../graph';

/** One axis of Resize. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  /** to / from as the node gives it. */
  readonly scale: number;
}

/**
 * The smallest float32 scale by which `from` elements become `to`, ⌊from · scale⌋: in the float32 of ONNX Runtime's kernel and
 * also in the doubles of ONNX's shape inference.
 */
export function scaleBetween(from: number, to: number): number {
  const scale = Float32Array.of(to / from);
  if (from * scale[0]! < to) new Uint32Array(scale.buffer)[0]!++;
  return scale[0]!;
}

type Taps = readonly (readonly [at: number, weight: number])[];

/** Which elements along the axis, with which weights, make each element of the result: Resize is linear in its input. */
export function resizeTaps(node: GraphNode, axis: ResizedAxis): readonly Taps[] {
  const mode = textAttribute(node, 'mode', 'nearest');
  const smooth = numberAttribute(node, 'antialias', 0) === 1 && axis.scale < 1 && mode !== 'nearest';
  return Array.from({ length: axis.to }, (_, index) => {
    const at = originalCoordinate(node, index, axis);
    if (mode === 'nearest') return [[clamp(nearest(node, at), axis.from), 1]];
    const cubic = mode === 'cubic';
    const a = numberAttribute(node, 'cubic_coeff_a', -0.75);
    const filter = cubic ? (distance: number) => cubicWeight(distance, a) : linearWeight;
    const centre = cubic ? at : Math.min(axis.from - 1, Math.max(0, at));
    const first = Math.floor(centre) - (cubic ? 1 : 0);
    const taps = smooth
      ? antialiased(at, axis.scale, cubic ? 2 : 1, filter)
      : Array.from({ length: cubic ? 4 : 2 }, (__, tap) => [first + tap, filter(first + tap - centre)] as const);
    if (numberAttribute(node, 'exclude_outside', 0) === 1 && (cubic || smooth))
      return normalized(taps.filter(([place]) => place >= 0 && place < axis.from));
    return taps.map(([place, weight]) => [clamp(place, axis.from), weight] as const);
  });
}

function clamp(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}

/** Rounded where ONNX Runtime rounds, as the choice of the nearest element depends on it. */
function originalCoordinate(node: GraphNode, index: number, { from, to, scale }: ResizedAxis): number {
  const f = Math.fround;
  const halfPixel = (): number => f(f((index + 0.5) / scale) - 0.5);
  const mode = textAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return halfPixel();
    case 'pytorch_half_pixel':
      return to > 1 ? halfPixel() : 0;
    case 'asymmetric':
      return f(index / scale);
    case 'align_corners':
      return to === 1 ? 0 : f((index * (from - 1)) / (to - 1));
    case 'half_pixel_symmetric': {
      const adjustment = f(to / f(scale * from));
      return f(f((from / 2) * f(1 - adjustment)) + (index + 0.5) / scale - 0.5);
    }
    case 'tf_half_pixel_for_nn':
      return f((index + 0.5) / scale);
    default:
      throw new Error(`Resize: coordinates ${mode} cannot be differentiated through`);
  }
}

/** As far from the middle between two elements as this ONNX Runtime still takes it for the middle. */
const HALF_TOLERANCE = 1e-6;

function nearest(node: GraphNode, at: number): number {
  const mode = textAttribute(node, 'nearest_mode', 'round_prefer_floor');
  if (mode === 'floor') return Math.floor(at);
  if (mode === 'ceil') return Math.ceil(at);
  const below = Math.floor(at);
  const past = at - below - 0.5;
  const isHigher = Math.abs(past) < HALF_TOLERANCE ? mode === 'round_prefer_ceil' : past > 0;
  return isHigher ? below + 1 : below;
}

function linearWeight(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Keys' cubic convolution kernel. */
function cubicWeight(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** The places that the filter, widened by 1/scale, reaches; weights sum to 1. */
function antialiased(at: number, scale: number, support: number, filter: (x: number) => number): Taps {
  const reach = support / scale;
  const first = Math.floor(at - reach) + 1;
  const count = Math.ceil(at + reach) - first;
  return normalized(Array.from({ length: count }, (_, tap) => [first + tap, filter((first + tap - at) * scale)]));
}

function normalized(taps: Taps): Taps {
  const sum = taps.reduce((total, [, weight]) => total + weight, 0);
  return taps.map(([at, weight]) => [at, sum === 0 ? 0 : weight / sum]);
}
