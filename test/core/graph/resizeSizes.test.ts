import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Attributes } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { resizeTaps, scaleBetween } from '../../../src/core/graph/ops/resizeMap';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, sizeOf } from '../../../src/core/graph/tensor';
import { randomNumbers, runGraph, runNode } from './support';
import { attr, GraphModelWriter, read, runGraph as runModel } from '../../formats/models/tensorflow/support';

const LARGEST = 600;

interface Pair {
  readonly from: number;
  readonly to: number;
}

/** Pairs of sizes of which ⌊from · (to / from)⌋ in float32 is not `to`. */
const short: readonly Pair[] = Array.from({ length: LARGEST }, (_, i) => i + 1).flatMap((from) =>
  Array.from({ length: LARGEST }, (_, i) => ({ from, to: i + 1 })).filter(
    ({ to }) => Math.fround(from * Math.fround(to / from)) < to,
  ),
);

/** Whole numbers that look like noise, so that a sum of some of them tells which they were. */
const mark = (index: number): number => (index * index * 7 + index * 13 + 5) % 1009;

interface Resized extends Pair {
  readonly scale: number;
  readonly attributes: Attributes;
}

/** For each: how many elements ONNX Runtime makes, and the sum of the marks of the elements that it takes. */
async function measured(resizes: readonly Resized[]): Promise<readonly (readonly [count: number, marks: number])[]> {
  // Making a session ready takes ONNX Runtime a time that is quadratic in its nodes.
  const chunk = 250;
  if (resizes.length > chunk)
    return [...(await measured(resizes.slice(0, chunk))), ...(await measured(resizes.slice(chunk)))];
  const builder = new GraphBuilder(operators);
  const inputs = new Map<number, string>();
  const sums = resizes.map(({ from, scale, attributes }) => {
    const x = inputs.get(from) ?? builder.input(`x${from}`, { type: 'float32', shape: [2, from] });
    inputs.set(from, x);
    const resized = builder.add('Resize', [x, '', builder.constant(floats([2], [1, scale]))], attributes);
    return builder.add('ReduceSum', [resized, builder.indices([1])], { keepdims: 0 });
  });
  const all = builder.add('Concat', sums, { axis: 0 });
  const feeds = [...inputs].map(([from, name]) => {
    const row = Array.from({ length: from }, (_, index) => index);
    return [name, floats([2, from], Float32Array.from([...row.map(() => 1), ...row.map(mark)]))] as const;
  });
  const graph = specialise(builder.build([all]), 1, operators);
  const [result] = await runGraph(graph, Object.fromEntries(feeds));
  return resizes.map((_, index) => [result!.data[2 * index]!, result!.data[2 * index + 1]!]);
}

/** The same by what the graph infers and differentiates with. */
function inferred({ from, scale, attributes }: Resized): readonly [count: number, marks: number] {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [2, from] });
  const resized = builder.add('Resize', [x, '', builder.constant(floats([2], [1, scale]))], attributes);
  const [, to] = builder.shape(resized) as [number, number];
  const node = { op: 'Resize', inputs: [], outputs: [], attributes };
  // ONNX Runtime passes on what keeps its size.
  const taps =
    from === to ? Array.from({ length: to }, (_, i) => [[i, 1] as const]) : resizeTaps(node, { from, to, scale });
  return [to, taps.flat().reduce((sum, [at, weight]) => sum + weight * mark(at), 0)];
}

const COORDINATES = [
  'half_pixel',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
  'half_pixel_symmetric',
] as const;
const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

const draws = randomNumbers(6 * short.length, 17).map((value) => (value + 1) / 2);
const drawn = <T>(list: readonly T[], index: number): T => list[Math.floor(draws[index]! * list.length)]!;

/** Those of `resizes` of which the graph thinks otherwise than ONNX Runtime. */
async function wrongOf(resizes: readonly Resized[]): Promise<readonly object[]> {
  const found = await measured(resizes);
  return resizes.flatMap((resize, index) => {
    const [count, marks] = inferred(resize);
    const [ownCount, ownMarks] = found[index]!;
    const isLinear = resize.attributes.mode === 'linear';
    const isRight = isLinear
      ? Math.abs(count - ownCount) < 0.01 && Math.abs(marks - ownMarks) <= 2e-4 * Math.max(1, marks)
      : count === ownCount && marks === ownMarks;
    return isRight ? [] : [{ ...resize, inferred: [count, marks], found: [ownCount, ownMarks] }];
  });
}

describe('the size that scales give is that of ONNX Runtime', () => {
  it(`for ${short.length} pairs up to ${LARGEST} that fall short, with the elements that are taken`, async () => {
    expect(short).toHaveLength(14_428);
    const resizes = short.map(({ from, to }, index): Resized => ({
      ...{ from, to, scale: Math.fround(to / from) },
      attributes: {
        mode: 'nearest',
        coordinate_transformation_mode: drawn(COORDINATES, index),
        nearest_mode: drawn(ROUNDINGS, short.length + index),
      },
    }));
    expect(resizes.filter((resize) => inferred(resize)[0] !== resize.to - 1)).toEqual([]);
    expect(await wrongOf(resizes)).toEqual([]);
  }, 120_000);

  it('for pairs and scales of every kind', async () => {
    const count = 4000;
    const resizes = Array.from({ length: count }, (_, index): Resized => {
      const from = 1 + Math.floor(draws[index]! * LARGEST);
      const to = 2 + Math.floor(draws[count + index]! * LARGEST);
      // As written by exporters, and any number.
      const scale = Math.fround(index % 2 === 0 ? to / from : (to + draws[2 * count + index]!) / from);
      const linear = index % 5 === 0;
      const attributes = {
        mode: linear ? 'linear' : 'nearest',
        coordinate_transformation_mode: drawn(COORDINATES, 3 * count + index),
        ...(!linear && { nearest_mode: drawn(ROUNDINGS, 4 * count + index) }),
      };
      return { from, to, scale, attributes };
    });
    expect(await wrongOf(resizes)).toEqual([]);
  }, 120_000);

  it('and that of a size that is wanted is exact, for a third of these pairs', async () => {
    const third = short.filter((_, index) => index % 3 === 0);
    const resizes = third.map(({ from, to }) => ({
      ...{ from, to, scale: scaleBetween(from, to) },
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    }));
    const found = await measured(resizes);
    expect(resizes.filter(({ to }, index) => found[index]![0] !== to)).toEqual([]);
    expect(resizes.filter((resize) => inferred(resize)[0] !== resize.to)).toEqual([]);
    const unequal = Array.from({ length: LARGEST }, (_, i) => i + 1).flatMap((from) =>
      Array.from({ length: LARGEST }, (_, i) => i + 1).filter((to) => {
        const scale = scaleBetween(from, to);
        return Math.floor(from * scale) !== to || Math.floor(Math.fround(from * scale)) !== to;
      }),
    );
    expect(unequal).toEqual([]);
  }, 120_000);

  it('with a ratio of the sides that is kept', async () => {
    for (let index = 0; index < 120; index++) {
      const [height, width, rows, columns] = [0, 1, 2, 3].map((k) => 1 + Math.floor(draws[4 * index + k]! * 20));
      const attributes = {
        mode: 'nearest',
        keep_aspect_ratio_policy: index % 2 === 0 ? 'not_larger' : 'not_smaller',
        ...(index % 3 === 0 && { axes: [2, 3] }),
      };
      const shape = [...(index % 3 === 0 ? [2, 3] : []), height!, width!];
      const sizes = integers([rows!, columns!]);
      const x = floats(shape, randomNumbers(6 * height! * width!, index).slice(0, sizeOf(shape)));
      const node = { op: 'Resize', inputs: ['x', '', '', 's'], outputs: ['y'], attributes };
      const [type] = operators.get('Resize')!.infer(node, {
        types: [x, undefined, undefined, sizes],
        constants: [x, undefined, undefined, sizes],
      });
      const [y] = await runNode('Resize', [x, undefined, undefined, sizes], { attributes });
      expect(y!.shape, JSON.stringify([shape, sizes, attributes])).toEqual(type!.shape);
    }
  });
});

describe('TensorFlow takes the elements that it takes', () => {
  type Row = readonly [to: number, legacy: number, centres: number, corners: number];
  const golden = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../golden/nearest.json'), 'utf8'),
  ) as readonly (readonly [from: number, rows: readonly Row[]])[];
  const ways = [{}, { half_pixel_centers: attr.flag(true) }, { align_corners: attr.flag(true) }];

  it.each(golden)('of %d', async (from, rows) => {
    const writer = new GraphModelWriter([1, from, 1, 1]);
    const outputs = rows.flatMap(([to]) =>
      ways.map((way) => writer.node('ResizeNearestNeighbor', ['x', writer.ints([to, 1])], way)),
    );
    const { graph } = read(writer, outputs);
    const results = await runModel(
      graph,
      Float32Array.from({ length: from }, (_, index) => index),
      1,
    );
    const sums = results.map((places) => places.reduce((sum, place, index) => sum + (index + 1) * place, 0));
    expect(sums).toEqual(rows.flatMap(([, ...expected]) => expected));
  });
});
