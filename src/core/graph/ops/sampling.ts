import type { NodeBuilder } from '../operator';
import { sizeOf, stridesOf } from '../tensor';
import { terms } from './terms';

/** What lies beyond the border: zeros, the border itself, or the picture turned round at it. */
export type Beyond = 'zeros' | 'border' | 'reflection';

export interface Sampling {
  readonly mode: 'linear' | 'nearest' | 'cubic';
  readonly beyond: Beyond;
  /** Reflection turns round at the middle of the outermost elements, not at their edge. */
  readonly alignCorners: boolean;
}

/** One element that a sample is made of, along one axis: its index, its weight, and 0 where it lies beyond a border of zeros. */
interface Tap {
  readonly index: string;
  readonly weight: string | undefined;
}

/**
 * x [N, C, …S] at the coordinates [N, P], one value an axis of S in elements: [N, C, P]. Between elements it is interpolated, so
 * that the result has a derivative with respect to picture and coordinates.
 */
export function sampled(builder: NodeBuilder, x: string, coordinates: readonly string[], how: Sampling): string {
  const t = terms(builder);
  const [n, c, ...spatial] = builder.shape(x) as [number, number, ...number[]];
  const count = builder.shape(coordinates[0]!)[1]!;
  const strides = stridesOf(spatial);
  const flat = t.reshape(x, [n, c, sizeOf(spatial)]);
  const axes = coordinates.map((each, axis) => tapsOf(builder, each, spatial[axis]!, how));
  const gathered = product(axes).map((taps) => {
    const places = taps
      .map(({ index }, axis) => builder.add('Mul', [index, builder.indices([strides[axis]!])]))
      .reduce(t.add);
    const spread = builder.add('Expand', [t.reshape(places, [n, 1, count]), builder.indices([n, c, count])]);
    const values = builder.add('GatherElements', [flat, spread], { axis: 2 });
    const weights = taps.flatMap(({ weight }) => weight ?? []);
    return weights.length === 0 ? values : t.mul(values, t.reshape(weights.reduce(t.mul), [n, 1, count]));
  });
  return gathered.reduce(t.add);
}

/** Every choice of one tap an axis. */
function product(axes: readonly (readonly Tap[])[]): readonly (readonly Tap[])[] {
  return axes.reduce<readonly (readonly Tap[])[]>(
    (chosen, taps) => chosen.flatMap((before) => taps.map((tap) => [...before, tap])),
    [[]],
  );
}

function tapsOf(builder: NodeBuilder, at: string, size: number, how: Sampling): readonly Tap[] {
  const t = terms(builder);
  if (how.mode === 'nearest') return [tapAt(builder, builder.add('Round', [at]), undefined, size, how)];
  const below = builder.add('Floor', [at]);
  const past = t.sub(at, below);
  const ahead = t.sub(builder.scalar(1), past);
  if (how.mode === 'linear')
    return [tapAt(builder, below, ahead, size, how), tapAt(builder, t.plus(below, 1), past, size, how)];
  const distances = [t.plus(past, 1), past, ahead, t.plus(ahead, 1)];
  return distances.map((distance, tap) =>
    tapAt(builder, t.plus(below, tap - 1), cubicWeight(builder, distance, tap === 1 || tap === 2), size, how),
  );
}

/** Keys' kernel with a = −0.75 at a distance within 1, or between 1 and 2. */
function cubicWeight(builder: NodeBuilder, distance: string, near: boolean): string {
  const t = terms(builder);
  const a = -0.75;
  const [c3, c2, c1, c0] = near ? [a + 2, -(a + 3), 0, 1] : [a, -5 * a, 8 * a, -4 * a];
  const horner = (value: string, term: number): string => t.plus(t.mul(value, distance), term);
  return horner(horner(t.plus(t.times(distance, c3), c2), c1), c0);
}

function tapAt(builder: NodeBuilder, at: string, weight: string | undefined, size: number, how: Sampling): Tap {
  const t = terms(builder);
  const within = how.beyond === 'reflection' ? reflected(builder, at, size, how.alignCorners) : at;
  const clipped = builder.add('Min', [t.max(within, builder.scalar(0)), builder.scalar(size - 1)]);
  const index = builder.add('Cast', [clipped], { to: 7 });
  if (how.beyond !== 'zeros') return { index, weight };
  const inside = builder.add('Cast', [builder.add('Equal', [clipped, at])], { to: 1 });
  return { index, weight: weight === undefined ? inside : t.mul(weight, inside) };
}

/** Whole numbers turned round at 0 and size − 1, or at their outer edges. */
function reflected(builder: NodeBuilder, at: string, size: number, alignCorners: boolean): string {
  if (size === 1) return builder.add('Mul', [at, builder.scalar(0)]);
  const t = terms(builder);
  const period = alignCorners ? 2 * (size - 1) : 2 * size;
  const rounds = builder.add('Floor', [t.times(at, 1 / period)]);
  const rest = t.sub(at, t.times(rounds, period));
  return builder.add('Min', [rest, t.sub(builder.scalar(alignCorners ? period : period - 1), rest)]);
}
