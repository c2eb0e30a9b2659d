import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import type { Attributes } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, tensorOf, type ElementType, type Shape } from '../../../src/core/graph/tensor';
import { runGraph } from './support';

interface Written {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: readonly number[];
}

interface Golden {
  readonly name: string;
  readonly op: string;
  readonly attributes: Attributes;
  readonly x: Written;
  readonly inputs: readonly (Written | null)[];
  readonly y: Written;
  readonly dy: readonly number[];
  readonly dx: readonly number[];
}

const cases = ['operators', 'ties'].flatMap((name) => {
  const path = new URL(`../../golden/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly Golden[] }).cases;
});

describe("PyTorch's autograd, and TensorFlow's where equals meet", () => {
  it.each(cases)('agrees: $name', async ({ op, attributes, x, inputs, y, dy, dx }) => {
    const builder = new GraphBuilder(operators);
    const input = builder.input('x', { type: 'float32', shape: x.shape });
    const others = inputs.map((each) =>
      each === null ? '' : builder.constant(tensorOf(each.type, each.shape, each.data)),
    );
    const output = builder.add(op, [input, ...others], attributes);
    expect(builder.shape(output)).toEqual(y.shape);
    const seed = builder.constant(floats(y.shape, dy));
    const { gradient } = differentiate(builder, builder.build([output]), output, input, seed);
    const graph = builder.build([output, gradient!]);
    const [value, derivative] = await runGraph(graph, { x: floats(x.shape, x.data) });
    expect(largestDifference(value!.data, y.data)).toBeLessThan(1e-5);
    expect(largestDifference(derivative!.data, dx)).toBeLessThan(1e-5);
  });
});

/** Relative to the largest number. */
function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(1e-6, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(value - actual[index]!))) / scale;
}
