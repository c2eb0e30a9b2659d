import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, sizeOf, type Shape } from '../tensor';
import { averagePoolGradient } from './averaging';
import { windowCount, windowOf, type Window } from './window';
import { zeros } from './zeros';

/** MaxPool, AveragePool and their global forms over NC…. */
export const pooling: Readonly<Record<string, Operator>> = {
  MaxPool: {
    traits: ['within', 'channels-second'],
    infer: (node, { types: [x] }) => {
      const shape = pooledShape(node, x!.shape);
      return [
        { type: x!.type, shape },
        { type: 'int64', shape },
      ];
    },
    gradient: (scope) => [maxPoolGradient(scope)],
  },
  AveragePool: {
    traits: ['within', 'channels-second'],
    infer: (node, { types: [x] }) => [{ type: x!.type, shape: pooledShape(node, x!.shape) }],
    gradient: (scope) => [averagePoolGradient(scope, poolWindow(scope.node, scope.shape(scope.node.inputs[0]!)))],
  },
  GlobalAveragePool: {
    traits: ['within', 'channels-second'],
    infer: (_node, { types: [x] }) => [{ type: x!.type, shape: globalShape(x!.shape) }],
    gradient: ({ node, builder, dy, shape }) => {
      const spatial = shape(node.inputs[0]!).slice(2);
      // One multiplication both divides and repeats.
      const shares = new Float32Array(sizeOf(spatial)).fill(1 / sizeOf(spatial));
      return [builder.add('Mul', [dy(), builder.constant(floats([1, 1, ...spatial], shares), 'share')])];
    },
  },
  GlobalMaxPool: {
    traits: ['within', 'channels-second'],
    infer: (_node, { types: [x] }) => [{ type: x!.type, shape: globalShape(x!.shape) }],
    gradient: (scope) => [maxPoolGradient(scope, scope.shape(scope.node.inputs[0]!).slice(2))],
  },
};

function globalShape(shape: Shape): Shape {
  return [shape[0]!, shape[1]!, ...shape.slice(2).map(() => 1)];
}

function poolWindow(node: GraphNode, shape: Shape): Window {
  const spatial = shape.slice(2);
  const kernel = numbersAttribute(node, 'kernel_shape');
  if (kernel?.length !== spatial.length) throw new Error(`${node.op}: kernel_shape does not fit the input`);
  const window = windowOf(node, spatial, kernel);
  const tooWide = (pad: number, axis: number): boolean => pad >= kernel[axis]!;
  if (window.begin.some(tooWide) || window.end.some(tooWide))
    throw new Error(`${node.op}: the pads hold whole windows`);
  return window;
}

function pooledShape(node: GraphNode, shape: Shape): Shape {
  const window = poolWindow(node, shape);
  return [shape[0]!, shape[1]!, ...windowCount(window, shape.slice(2), numberAttribute(node, 'ceil_mode', 0) === 1)];
}

/**
 * ∂/∂x of max pooling: dy goes to the element that won, the first of equals. A pooling of its own supplies the winners'
 * flat indices, so that the forward one keeps its blocked layout.
 */
function maxPoolGradient({ node, builder, dy, shape }: GradientScope, whole?: readonly number[]): string {
  const x = node.inputs[0]!;
  const input = shape(x);
  const attributes = whole === undefined ? { ...node.attributes, storage_order: 0 } : { kernel_shape: whole };
  const winners = builder.addMany('MaxPool', [x], 2, attributes)[1]!;
  const kernel = whole ?? numbersAttribute(node, 'kernel_shape')!;
  const strides = whole ?? numbersAttribute(node, 'strides') ?? kernel.map(() => 1);
  const apart = strides.every((stride, axis) => stride >= kernel[axis]!);
  const dense = (numbersAttribute(node, 'dilations') ?? []).every((dilation) => dilation === 1);
  // Windows that do not overlap have different winners; the indices alone say where they are.
  if (apart && dense)
    return builder.add('MaxUnpool', [dy(), winners, builder.indices(input)], { kernel_shape: kernel.map(() => 1) });
  const flatten = builder.indices([-1]);
  const scattered = builder.add(
    'ScatterElements',
    [
      zeros(builder, [sizeOf(input)]),
      builder.add('Reshape', [winners, flatten]),
      builder.add('Reshape', [dy(), flatten]),
    ],
    { axis: 0, reduction: 'add' },
  );
  return builder.add('Reshape', [scattered, builder.indices(input)]);
}
