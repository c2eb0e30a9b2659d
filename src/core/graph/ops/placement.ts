import type { NodeBuilder } from '../operator';
import { integers, type Shape } from '../tensor';
import { zeros } from './zeros';

/** Positions start, start + step, …, `count` of them, along an axis. */
export interface Run {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Splits a list of positions into as few runs of constant step as a walk from the left finds. */
function runsOf(positions: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < positions.length;) {
    const start = positions[from]!;
    const step = from + 1 < positions.length ? positions[from + 1]! - start : 1;
    let count = 1;
    while (from + count < positions.length && positions[from + count] === start + count * step) count++;
    // Two positions far apart are no run.
    if (count === 2 && Math.abs(step) > 1) count = 1;
    runs.push({ start, step: count === 1 ? 1 : step, count });
    from += count;
  }
  return runs;
}

/**
 * The adjoint of taking `positions` along `axis` of a tensor whose size there is `size`: each slice of `gradient` is added to
 * the position that it was taken from. A few runs (slices, reflections, rolls) by padding, repetitions by sums, anything else by
 * ScatterElements.
 */
export function placeAlong(
  builder: NodeBuilder,
  gradient: string,
  axis: number,
  positions: readonly number[],
  size: number,
): string {
  const runs = runsOf(positions);
  if (runs.length === 0) return zeros(builder, withSize(builder.shape(gradient), axis, size));
  const factor = positions.length / size;
  if (
    factor > 1 &&
    Number.isInteger(factor) &&
    positions.every((position, index) => position === Math.floor(index / factor))
  )
    return sumsOfBlocks(builder, gradient, axis, size, factor);
  if (runs.length > 4) return scatterAlong(builder, gradient, axis, builder.constant(integers(positions)), size);
  let from = 0;
  const parts = runs.map((run) => {
    const part = runs.length === 1 ? gradient : sliceAlong(builder, gradient, axis, from, from + run.count);
    from += run.count;
    return placeRun(builder, part, axis, run, size);
  });
  return parts.reduce((left, right) => builder.add('Add', [left, right]));
}

/**
 * As {@link placeAlong} for a list of positions that may be computed. Not by ScatterND, which loses sums where indices repeat
 * when ONNX Runtime runs it on several threads.
 */
export function scatterAlong(
  builder: NodeBuilder,
  gradient: string,
  axis: number,
  positions: string,
  size: number,
): string {
  const shape = builder.shape(gradient);
  const lined = builder.indices(shape.map((own, each) => (each === axis ? own : 1)));
  const places = builder.add('Expand', [builder.add('Reshape', [positions, lined]), builder.indices(shape)]);
  const target = zeros(builder, withSize(shape, axis, size));
  return builder.add('ScatterElements', [target, places, gradient], { axis, reduction: 'add' });
}

/** The adjoint of taking one run. */
export function placeRun(builder: NodeBuilder, gradient: string, axis: number, run: Run, size: number): string {
  const { start, step, count } = run;
  if (step === 0) {
    const sum = builder.add('ReduceSum', [gradient, builder.indices([axis])], { keepdims: 1 });
    return padAlong(builder, sum, axis, start, size - start - 1);
  }
  if (step < 0) {
    const turned = builder.add('Slice', [
      gradient,
      builder.indices([-1]),
      builder.indices([-count - 1]),
      builder.indices([axis]),
      builder.indices([-1]),
    ]);
    return placeRun(builder, turned, axis, { start: start + step * (count - 1), step: -step, count }, size);
  }
  if (step === 1) return padAlong(builder, gradient, axis, start, size - start - count);
  // Every element gets step − 1 zeros behind it.
  const shape = builder.shape(gradient);
  const single = builder.add('Reshape', [
    gradient,
    builder.indices([...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]),
  ]);
  const stuffed = builder.add('Reshape', [
    padAlong(builder, single, axis + 1, 0, step - 1),
    builder.indices(withSize(shape, axis, count * step)),
  ]);
  const over = start + count * step - size;
  const cut = over > 0 ? sliceAlong(builder, stuffed, axis, 0, count * step - over) : stuffed;
  return padAlong(builder, cut, axis, start, Math.max(0, -over));
}

/** Of an axis of `size` blocks of `factor` elements each. */
function sumsOfBlocks(builder: NodeBuilder, value: string, axis: number, size: number, factor: number): string {
  const shape = builder.shape(value);
  const blocks = builder.indices([...shape.slice(0, axis), size, factor, ...shape.slice(axis + 1)]);
  const apart = builder.add('Reshape', [value, blocks]);
  return builder.add('ReduceSum', [apart, builder.indices([axis + 1])], { keepdims: 0 });
}

function sliceAlong(builder: NodeBuilder, value: string, axis: number, from: number, to: number): string {
  return builder.add('Slice', [value, builder.indices([from]), builder.indices([to]), builder.indices([axis])]);
}

function padAlong(builder: NodeBuilder, value: string, axis: number, before: number, after: number): string {
  if (before === 0 && after === 0) return value;
  const axes = builder.shape(value).map((_, each) => each);
  const at = (pad: number): number[] => axes.map((each) => (each === axis ? pad : 0));
  return builder.add('Pad', [value, builder.indices([...at(before), ...at(after)])]);
}

function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((own, each) => (each === axis ? size : own));
}
