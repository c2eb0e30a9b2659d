import { numberAttribute, type GraphNode } from '../graph';
import type { Operator } from '../operator';
import { broadcastShapes, type ElementType, type Tensor } from '../tensor';
import { evaluateBinary } from './arithmetic';
import { unbroadcast } from './broadcast';
import { allocate, broadcastTo } from './strided';
import { zeros } from './zeros';

/** Comparisons and logic, whose derivative is zero, and the choice between two operands. */
export const comparison: Readonly<Record<string, Operator>> = {
  Equal: compare((x, y) => x === y),
  Greater: compare((x, y) => x > y),
  GreaterOrEqual: compare((x, y) => x >= y),
  Less: compare((x, y) => x < y),
  LessOrEqual: compare((x, y) => x <= y),
  And: compare((x, y) => x !== 0 && y !== 0),
  Or: compare((x, y) => x !== 0 || y !== 0),
  Xor: compare((x, y) => (x !== 0) !== (y !== 0)),
  Not: test((x) => x === 0),
  IsNaN: test((x) => Number.isNaN(x)),
  IsInf: test(
    (x, node) =>
      (x === Infinity && numberAttribute(node, 'detect_positive', 1) === 1) ||
      (x === -Infinity && numberAttribute(node, 'detect_negative', 1) === 1),
  ),
  Where: {
    traits: ['broadcast'],
    infer: (_node, { types: [condition, x, y] }) => [
      { type: x!.type, shape: broadcastShapes(condition!.shape, x!.shape, y!.shape) },
    ],
    evaluate: (_node, [condition, x, y]) => [chosen(condition!, x!, y!)],
    gradient: (scope) => {
      const { builder, node, dy, shape } = scope;
      const [condition, x, y] = node.inputs as [string, string, string];
      const nothing = zeros(builder, []);
      return [
        '',
        scope.wants(1) ? unbroadcast(builder, builder.add('Where', [condition, dy(), nothing]), shape(x)) : '',
        scope.wants(2) ? unbroadcast(builder, builder.add('Where', [condition, nothing, dy()]), shape(y)) : '',
      ];
    },
  },
};

const bool: ElementType = 'bool';

function compare(holds: (x: number, y: number) => boolean): Operator {
  return {
    traits: ['broadcast'],
    infer: (_node, { types: [x, y] }) => [{ type: bool, shape: broadcastShapes(x!.shape, y!.shape) }],
    evaluate: (_node, [x, y]) => [evaluateBinary(x!, y!, (left, right) => Number(holds(left, right)), bool)],
    gradient: 'zero',
  };
}

function test(holds: (x: number, node: GraphNode) => boolean): Operator {
  return {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [{ type: bool, shape: x!.shape }],
    evaluate: (node, [x]) => [
      { type: bool, shape: x!.shape, data: Uint8Array.from(x!.data, (value) => Number(holds(value, node))) } as Tensor,
    ],
    gradient: 'zero',
  };
}

function chosen(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const shape = broadcastShapes(condition.shape, x.shape, y.shape);
  const result = allocate(x.type, shape);
  const [mask, yes, no] = [condition, x, y].map((each) => broadcastTo(each, shape).data) as [
    Tensor['data'],
    Tensor['data'],
    Tensor['data'],
  ];
  for (let index = 0; index < result.data.length; index++) result.data[index] = (mask[index] === 0 ? no : yes)[index]!;
  return result;
}
