import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import { insideMask, stepMask } from '../../../src/core/graph/ops/masks';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, integers } from '../../../src/core/graph/tensor';
import { runGraph } from './support';

type Make = (builder: GraphBuilder, x: string) => string;

async function values(x: readonly number[], make: Make): Promise<readonly number[]> {
  const builder = new GraphBuilder(operators);
  const output = make(builder, builder.input('x', { type: 'float32', shape: [x.length] }));
  const [result] = await runGraph(builder.build([output]), { x: floats([x.length], x) });
  return Array.from(result!.data);
}

/** d(Σ output)/dx. */
async function derivative(x: readonly number[], make: Make): Promise<readonly number[]> {
  return values(x, (builder, input) => {
    const output = make(builder, input);
    const shape = builder.shape(output);
    const ones = builder.constant(floats(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1)));
    return differentiate(builder, builder.build([output]), output, input, ones).gradient!;
  });
}

/** The float32 numbers beside `value`. */
function neighbours(value: number): readonly [number, number] {
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 24);
  const step = (sign: number): number => {
    let next = value;
    for (let factor = 1; next === value; factor *= 2) next = Math.fround(value + sign * ulp * factor);
    return next;
  };
  return [step(-1), step(1)];
}

describe('masks', () => {
  it('are exact for all but subnormal numbers', async () => {
    const x = [0, -0, 1.2e-38, -1.2e-38, 1e-30, 1, 3e38, -3e38, Infinity, -Infinity];
    expect(await values(x, stepMask)).toEqual([0, 0, 1, 0, 1, 1, 1, 0, 1, 0]);
  });

  it.each([6, 1, 0.1, -3, 1e-20, 12345.678, -1e30])('tell the neighbours of %d from it', async (bound) => {
    const exact = Math.fround(bound);
    const [before, after] = neighbours(exact);
    const x = [before, exact, after, 3e38, -3e38];
    expect(await values(x, (builder, value) => insideMask(builder, value, bound, Infinity))).toEqual([0, 0, 1, 1, 0]);
    expect(await values(x, (builder, value) => insideMask(builder, value, -Infinity, bound))).toEqual([1, 0, 0, 0, 1]);
  });
});

describe('where there is no derivative', () => {
  it('the first of equal operands takes it', async () => {
    const twice: Make = (builder, x) => builder.add('Max', [x, builder.add('Mul', [x, builder.scalar(3)]), x]);
    expect(await derivative([0, 1, -1], twice)).toEqual([1, 3, 1]);
    const smallest: Make = (builder, x) => builder.add('Min', [builder.add('Mul', [x, builder.scalar(3)]), x]);
    expect(await derivative([0, 1, -1], smallest)).toEqual([3, 1, 3]);
    expect(await derivative([0, 1, -1], (builder, x) => builder.add('Max', [builder.scalar(0), x]))).toEqual([0, 1, 0]);
    expect(await derivative([0, 1, -1], (builder, x) => builder.add('Max', [x, builder.scalar(0)]))).toEqual([1, 1, 0]);
  });

  it('equal elements that are reduced share it, the first of a window takes it', async () => {
    expect(await derivative([2, 5, 5, 1], (builder, x) => builder.add('ReduceMax', [x]))).toEqual([0, 0.5, 0.5, 0]);
    expect(await derivative([1, 1, 5, 1, 1], (builder, x) => builder.add('ReduceMin', [x]))).toEqual([
      0.25, 0.25, 0, 0.25, 0.25,
    ]);
    const infinite = [Infinity, 3, Infinity, -Infinity];
    expect(await derivative(infinite, (builder, x) => builder.add('ReduceMax', [x]))).toEqual([0.5, 0, 0.5, 0]);
    const pooled: Make = (builder, x) =>
      builder.add('GlobalMaxPool', [builder.add('Reshape', [x, builder.indices([1, 1, 2, 2])])]);
    expect(await derivative([2, 5, 5, 1], pooled)).toEqual([0, 1, 0, 0]);
  });

  it('bounds of Clip and 0 of Relu and Abs have none', async () => {
    const clip: Make = (builder, x) => builder.add('Clip', [x, builder.scalar(0), builder.scalar(6)]);
    expect(await derivative([-1, 0, 1e-20, 3, 5.9999995, 6, 7], clip)).toEqual([0, 0, 1, 1, 1, 0, 0]);
    expect(await derivative([0, -0, 1], (builder, x) => builder.add('Relu', [x]))).toEqual([0, 0, 1]);
    expect(await derivative([0, -2, 2], (builder, x) => builder.add('Abs', [x]))).toEqual([0, -1, 1]);
  });

  it('stays finite where an activation overflows', async () => {
    const big = [3e38, -3e38, 88, -88];
    for (const op of ['Elu', 'Selu', 'Celu', 'Softplus', 'Sigmoid', 'Tanh', 'Mish', 'Gelu', 'HardSwish', 'Softsign']) {
      const slopes = await derivative(big.slice(2), (builder, x) => builder.add(op, [x]));
      expect(slopes.every(Number.isFinite), op).toBe(true);
    }
    expect(await derivative([Infinity, -Infinity], (builder, x) => builder.add('Elu', [x]))).toEqual([1, 0]);
  });

  it('operators that are flat are counted and let nothing through', () => {
    const builder = new GraphBuilder(operators);
    const x = builder.input('x', { type: 'float32', shape: [3] });
    const y = builder.add('Round', [builder.add('Round', [x])]);
    const seed = builder.constant(floats([3], [1, 1, 1]));
    const { gradient, flat } = differentiate(builder, builder.build([y]), y, x, seed);
    expect(gradient).toBeUndefined();
    expect(flat.get('Round')).toBe(1);
  });

  it('adds every gradient that arrives at one place', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => (index * 7 + (index % 11)) % 3);
    const gather: Make = (builder, x) => builder.add('Gather', [x, builder.constant(integers(rows))], { axis: 0 });
    const counts = [0, 1, 2].map((row) => rows.filter((each) => each === row).length);
    expect(await derivative([1, 2, 3], gather)).toEqual(counts);
  });
});
