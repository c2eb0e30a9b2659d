import type { NodeBuilder } from '../operator';
import { integers, sizeOf, type Tensor } from '../tensor';

/** The arithmetic of definitions: each function adds one node and returns its value. */
export interface Terms {
  readonly add: (x: string, y: string) => string;
  readonly sub: (x: string, y: string) => string;
  readonly mul: (x: string, y: string) => string;
  readonly div: (x: string, y: string) => string;
  readonly max: (x: string, y: string) => string;
  readonly times: (x: string, factor: number) => string;
  readonly plus: (x: string, term: number) => string;
  readonly reshape: (x: string, shape: readonly number[]) => string;
  readonly transpose: (x: string, perm: readonly number[]) => string;
  /** Elements `from` to `to` (excluded) along an axis, every `step`-th. */
  readonly slice: (x: string, axis: number, from: number, to: number, step?: number) => string;
  readonly concat: (values: readonly string[], axis: number) => string;
  readonly sum: (x: string, axes: readonly number[], keepdims?: boolean) => string;
  readonly mean: (x: string, axes: readonly number[]) => string;
}

export function terms(builder: NodeBuilder): Terms {
  const binary =
    (op: string) =>
    (x: string, y: string): string =>
      builder.add(op, [x, y]);
  const [add, sub, mul, div, max] = ['Add', 'Sub', 'Mul', 'Div', 'Max'].map(binary) as [
    Terms['add'],
    Terms['sub'],
    Terms['mul'],
    Terms['div'],
    Terms['max'],
  ];
  return {
    add,
    sub,
    mul,
    div,
    max,
    times: (x, factor) => (factor === 1 ? x : mul(x, builder.scalar(factor))),
    plus: (x, term) => (term === 0 ? x : add(x, builder.scalar(term))),
    reshape: (x, shape) =>
      builder.add('Reshape', [x, builder.indices(shape)], { allowzero: shape.includes(0) ? 1 : 0 }),
    transpose: (x, perm) => builder.add('Transpose', [x], { perm }),
    slice: (x, axis, from, to, step = 1) =>
      builder.add('Slice', [x, ...[from, to, axis, step].map((each) => builder.indices([each]))]),
    concat: (values, axis) => (values.length === 1 ? values[0]! : builder.add('Concat', values, { axis })),
    sum: (x, axes, keepdims = true) =>
      builder.add('ReduceSum', [x, builder.indices(axes)], { keepdims: keepdims ? 1 : 0 }),
    mean: (x, axes) => builder.add('ReduceMean', [x, builder.indices(axes)], { keepdims: 1 }),
  };
}

/** 0, 1, … as a tensor of a shape. */
export function counting(shape: readonly number[]): Tensor {
  return integers(
    Array.from({ length: sizeOf(shape) }, (_, index) => index),
    shape,
  );
}
