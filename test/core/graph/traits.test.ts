import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../src/core/graph/graph';
import type { Operator, Trait } from '../../../src/core/graph/operator';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, integers, tensorOf, type Tensor } from '../../../src/core/graph/tensor';

// What an operator is said to do with its elements is what it does: by its shapes, and by its results where it can be evaluated.

const having = (trait: Trait): [string, Operator][] =>
  [...operators].filter(([, { traits }]) => traits?.includes(trait) ?? false);

const LOGIC = new Set(['And', 'Or', 'Xor', 'Not']);
const X = [0.5, -1.25, 2, 0.75, -0.5, 3];

function operand(op: string, shape: readonly number[], data: readonly number[]): Tensor {
  if (!LOGIC.has(op)) return floats(shape, data);
  return tensorOf(
    'bool',
    shape,
    data.map((value) => Number(value > 0)),
  );
}

function made({ infer, evaluate }: Operator, node: Pick<GraphNode, 'op' | 'attributes'>, inputs: readonly Tensor[]) {
  const whole: GraphNode = { ...node, inputs: inputs.map((_, index) => `x${index}`), outputs: ['y', 'z'] };
  const types = infer(whole, { types: inputs.map(({ type, shape }) => ({ type, shape })), constants: inputs });
  return { shape: types[0]!.shape, values: evaluate && Array.from(evaluate(whole, inputs)[0]!.data) };
}

describe('elementwise', () => {
  it.each(having('elementwise'))('%s computes each element by itself, in its place', (op, operator) => {
    const on = (data: readonly number[]) => {
      const x = operand(op, [2, 3], data);
      return made(operator, { op, attributes: op === 'Cast' ? { to: 1 } : {} }, [x]);
    };
    const { shape, values } = on(X);
    expect(shape).toEqual([2, 3]);
    if (values !== undefined) expect(on([...X].reverse()).values).toEqual([...values].reverse());
  });
});

describe('broadcast', () => {
  it.each(having('broadcast'))('%s lines its inputs up', (op, operator) => {
    const rest = [1, 2, 3];
    const inputs = op === 'Where' ? [tensorOf('bool', [3], [1, 0, 1])] : [];
    const all = made(operator, { op, attributes: {} }, [...inputs, operand(op, [2, 3], X), operand(op, [3], rest)]);
    expect(all.shape).toEqual([2, 3]);
    if (all.values === undefined) return;
    const second = made(operator, { op, attributes: {} }, [
      ...inputs,
      operand(op, [3], X.slice(3)),
      operand(op, [3], rest),
    ]);
    expect(all.values.slice(3)).toEqual(second.values);
  });
});

describe('reduces', () => {
  it.each(having('reduces'))('%s makes one element along its axes', (op, operator) => {
    const x = floats([2, 3], X.map(Math.abs));
    const of = (keepdims: number, axes: readonly number[]) =>
      made(operator, { op, attributes: { keepdims } }, [x, integers(axes)]);
    expect([of(1, [1]).shape, of(0, [1]).shape, of(0, [0, 1]).shape]).toEqual([[2, 1], [2], []]);
    const row = made(operator, { op, attributes: { keepdims: 0 } }, [floats([3], [...x.data].slice(3)), integers([0])]);
    expect(of(0, [1]).values![1]).toBe(row.values![0]);
  });
});

/** The second input, and the attributes, that an operator that hands elements on needs for [2, 3]. */
const ARGUMENTS: Readonly<Record<string, { readonly inputs?: readonly Tensor[]; readonly attributes?: object }>> = {
  Reshape: { inputs: [integers([3, 2])] },
  Unsqueeze: { inputs: [integers([1])] },
  Expand: { inputs: [integers([2, 3])] },
  Gather: { inputs: [integers([1, 0])], attributes: { axis: 1 } },
  Slice: { inputs: [integers([1]), integers([3]), integers([1])] },
  Split: { inputs: [integers([1, 2])], attributes: { axis: 1 } },
};

function handed(op: string, operator: Operator) {
  const { inputs = [], attributes = {} } = ARGUMENTS[op] ?? {};
  return made(operator, { op, attributes: attributes as GraphNode['attributes'] }, [floats([2, 3], X), ...inputs]);
}

describe('passes and reshapes', () => {
  it.each(having('passes'))('%s hands its elements on in their order', (op, operator) => {
    const { shape, values } = handed(op, operator);
    expect(shape.reduce((product, size) => product * size, 1)).toBe(6);
    if (values !== undefined) expect(values).toEqual(X);
  });

  it('is another shape of what is passed', () => {
    for (const [, { traits }] of having('reshapes')) expect(traits).toContain('passes');
    expect(having('reshapes')).toHaveLength(4);
  });
});

describe('selects', () => {
  it.each(having('selects'))('%s makes no element that it was not given', (op, operator) => {
    const { values } = handed(op, operator);
    expect(values!.filter((value) => !X.includes(value))).toEqual([]);
    expect(new Set(values).size).toBe(values!.length);
  });
});

describe('within', () => {
  it('is what is passed, selected, averaged or the largest of some', () => {
    for (const trait of ['passes', 'selects'] as const)
      for (const [, { traits }] of having(trait)) expect(traits).toContain('within');
    for (const [op, operator] of having('within')) {
      if (operator.evaluate === undefined) continue;
      const isReduction = operator.traits!.includes('reduces');
      const { values } = isReduction
        ? made(operator, { op, attributes: {} }, [floats([2, 3], X), integers([1])])
        : handed(op, operator);
      for (const value of values!) expect(value >= Math.min(...X) && value <= Math.max(...X), op).toBe(true);
    }
  });
});

describe('channels-second', () => {
  it('is of operators over pictures, each of which keeps the batch first', () => {
    const weights: Readonly<Record<string, readonly Tensor[]>> = {
      Conv: [floats([5, 4, 1, 1], new Float32Array(20))],
      ConvTranspose: [floats([4, 5, 1, 1], new Float32Array(20))],
    };
    for (const [op, operator] of having('channels-second')) {
      const each = [1, 2, 3, 4].map(() => floats([4], new Float32Array(4)));
      const attributes = { kernel_shape: [1, 1], blocksize: 2, num_groups: 2, size: 3 };
      const inputs = weights[op] ?? (op.includes('Normalization') ? each.slice(0, op.startsWith('Batch') ? 4 : 2) : []);
      const { shape } = made(operator, { op, attributes }, [floats([3, 4, 2, 2], new Float32Array(48)), ...inputs]);
      expect([op, shape.length, shape[0]]).toEqual([op, 4, 3]);
    }
  });
});
