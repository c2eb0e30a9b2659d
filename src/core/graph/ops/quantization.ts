import { numberAttribute, type Graph, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, type ElementType, type Shape, type Tensor } from '../tensor';
import { insideMask } from './masks';
import { allocate, forEachPosition } from './strided';

/**
 * Quantisation to 8 or 16 bits, y = saturate(round(x/s) + z), and back, x = (y − z)·s.
 *
 * The true derivative is zero, which is no use; as in quantisation-aware training dy passes straight through the rounding
 * (Bengio et al., 2013) and is 0 where the value saturates. Callers warn where {@link STRAIGHT_THROUGH} operators are left.
 */
export const quantization: Readonly<Record<string, Operator>> = {
  QuantizeLinear: {
    infer: (node, { types: [x, , zero] }) => [{ type: zero?.type ?? quantizedType(node), shape: x!.shape }],
    evaluate: (node, [x, scale, zero]) => [quantize(node, x!, scale!, zero)],
    gradient: (scope) => [quantizeGradient(scope), '', ''],
  },
  DequantizeLinear: {
    infer: (_node, { types: [x] }) => [{ type: 'float32', shape: x!.shape }],
    evaluate: (node, [x, scale, zero]) => [dequantize(node, x!, scale!, zero)],
    gradient: (scope) => {
      const { builder, node, dy } = scope;
      return [builder.add('Mul', [dy(), alongAxis(scope, node.inputs[1]!)]), '', ''];
    },
  },
  // Scale and zero are those of the picture's own range with 0 in it, and count as constants.
  DynamicQuantizeLinear: {
    infer: (_node, { types: [x] }) => [
      { type: 'uint8', shape: x!.shape },
      { type: 'float32', shape: [] },
      { type: 'uint8', shape: [] },
    ],
    gradient: (scope) => {
      const { builder, node } = scope;
      if (!scope.hasGradient(0)) return [''];
      const scale = node.outputs[1] ?? '';
      const known = scale === '' ? builder.addMany('DynamicQuantizeLinear', node.inputs, 3)[1]! : scale;
      return [builder.add('Div', [scope.dy(), known])];
    },
  },
};

/** Operators whose derivative is that of the operator without its rounding. */
export const STRAIGHT_THROUGH: ReadonlySet<string> = new Set([
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  ...[
    'Conv',
    'MatMul',
    'Add',
    'Mul',
    'Sigmoid',
    'LeakyRelu',
    'AveragePool',
    'GlobalAveragePool',
    'Softmax',
    'Concat',
  ].map((op) => `QLinear${op}`),
]);

/** Does the network round values to whole numbers on its way? */
export function isQuantised({ nodes }: Pick<Graph, 'nodes'>): boolean {
  return nodes.some(({ op }) => STRAIGHT_THROUGH.has(op));
}

/** TensorProto.DataType of what values are rounded to; 0: it is not said. */
const QUANTISED: ReadonlyMap<number, ElementType> = new Map([
  [0, 'uint8'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
]);

function quantizedType(node: GraphNode): ElementType {
  const type = QUANTISED.get(numberAttribute(node, 'output_dtype', 0));
  if (type === undefined) throw new Error('QuantizeLinear: the element type is not supported');
  return type;
}

/** The least and the greatest level. */
export function limitsOf(type: ElementType): readonly [number, number] {
  if (type === 'uint8') return [0, 255];
  if (type === 'int8') return [-128, 127];
  if (type === 'uint16') return [0, 65_535];
  if (type === 'int16') return [-32_768, 32_767];
  throw new Error(`Quantisation to ${type} is not supported`);
}

/** The place of each element's scale: one for all, one per slice along `axis`, or one per block of it. */
function scalePlaces(node: GraphNode, shape: Shape, scale: Tensor): (position: readonly number[]) => number {
  if (scale.data.length === 1) return () => 0;
  const given = numberAttribute(node, 'axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  if (scale.shape.length === 1) return (position) => position[axis]!;
  const block = numberAttribute(node, 'block_size', 1);
  return (position) =>
    position.reduce((place, each, at) => place * scale.shape[at]! + (at === axis ? Math.floor(each / block) : each), 0);
}

function dequantize(node: GraphNode, x: Tensor, scale: Tensor, zero: Tensor | undefined): Tensor {
  const result = allocate('float32', x.shape);
  const place = scalePlaces(node, x.shape, scale);
  forEachPosition(x.shape, (position, index) => {
    const at = place(position);
    result.data[index] = (x.data[index]! - (zero?.data[at] ?? 0)) * scale.data[at]!;
  });
  return result;
}

function quantize(node: GraphNode, x: Tensor, scale: Tensor, zero: Tensor | undefined): Tensor {
  const type = zero?.type ?? quantizedType(node);
  const [low, high] = limitsOf(type);
  const result = allocate(type, x.shape);
  const place = scalePlaces(node, x.shape, scale);
  forEachPosition(x.shape, (position, index) => {
    const at = place(position);
    const level = roundHalfEven(Math.fround(x.data[index]! / scale.data[at]!)) + (zero?.data[at] ?? 0);
    result.data[index] = Math.min(high, Math.max(low, level));
  });
  return result;
}

/** To the nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** dy/s where the level before saturation lies within the type's limits. */
function quantizeGradient(scope: GradientScope): string {
  const { builder, node, dy, constant, shape } = scope;
  const [x, scale, zero] = node.inputs as [string, string, string | undefined];
  const zeroPoint = constant(zero ?? '');
  if (constant(scale) === undefined || (zeroPoint === undefined && (zero ?? '') !== ''))
    throw new Error('QuantizeLinear: a computed scale cannot be differentiated through');
  const [low, high] = limitsOf(builder.type(node.outputs[0]!).type);
  const steps = alongAxis(scope, scale);
  const level = builder.add('Div', [x, steps]);
  const shifted =
    zeroPoint === undefined
      ? level
      : builder.add('Add', [
          level,
          alongAxis(scope, builder.constant(floats(shape(zero!), Float32Array.from(zeroPoint.data)))),
        ]);
  const inside = insideMask(builder, shifted, low - 0.5, high + 0.5);
  return builder.add('Mul', [builder.add('Div', [dy(), steps]), inside]);
}

/** A scale per slice, lined up with its axis. */
function alongAxis({ builder, node, shape }: GradientScope, value: string): string {
  const own = shape(value);
  const x = shape(node.inputs[0]!);
  if (own.length !== 1 || own[0] === 1) {
    if (own.length > 1) throw new Error(`${node.op}: blocks cannot be differentiated through`);
    return own.length === 0 ? value : builder.add('Reshape', [value, builder.indices([])]);
  }
  const given = numberAttribute(node, 'axis', 1);
  const axis = given < 0 ? given + x.length : given;
  return builder.add('Reshape', [value, builder.indices(x.map((_, each) => (each === axis ? own[0]! : 1)))]);
}
