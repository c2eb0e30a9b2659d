import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, sizeOf, type Shape } from '../tensor';
import { windowCount, windowOf, type Window } from './convolution';
import { expandTo } from './broadcast';

/** MaxPool, AveragePool and their global forms over NC…. */
export const pooling: Readonly<Record<string, Operator>> = {
  MaxPool: {
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
    infer: (node, { types: [x] }) => [{ type: x!.type, shape: pooledShape(node, x!.shape) }],
    gradient: (scope) => [averagePoolGradient(scope)],
  },
  GlobalAveragePool: {
    infer: (_node, { types: [x] }) => [{ type: x!.type, shape: globalShape(x!.shape) }],
    gradient: ({ node, builder, dy, shape }) => {
      const input = shape(node.inputs[0]!);
      const share = builder.add('Mul', [dy(), builder.scalar(1 / sizeOf(input.slice(2)))]);
      return [expandTo(builder, share, input)];
    },
  },
  GlobalMaxPool: {
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
  return windowOf(node, spatial, kernel);
}

function pooledShape(node: GraphNode, shape: Shape): Shape {
  const window = poolWindow(node, shape);
  return [shape[0]!, shape[1]!, ...windowCount(window, shape.slice(2), numberAttribute(node, 'ceil_mode', 0) === 1)];
}

/**
 * ∂/∂x of max pooling: dy goes to the element that won, the first of equals. A pooling of its own supplies the winners'
 * flat indices, so that the forward one keeps its blocked layout.
 */
function maxPoolGradient({ node, builder, dy, shape }: GradientScope, kernel?: readonly number[]): string {
  const x = node.inputs[0]!;
  const input = shape(x);
  const size = sizeOf(input);
  const winners = builder.addMany(
    'MaxPool',
    [x],
    2,
    kernel === undefined ? { ...node.attributes, storage_order: 0 } : { kernel_shape: kernel },
  )[1]!;
  const flatten = builder.indices([-1]);
  const zeros = builder.constant(floats([size], new Float32Array(size)), 'zeros');
  const scattered = builder.add(
    'ScatterElements',
    [zeros, builder.add('Reshape', [winners, flatten]), builder.add('Reshape', [dy(), flatten])],
    { axis: 0, reduction: 'add' },
  );
  return builder.add('Reshape', [scattered, builder.indices(input)]);
}

/**
 * ∂/∂x of average pooling: each window's dy, divided by the number of elements that it averaged, spread over the window by a
 * depthwise ConvTranspose with weights 1.
 */
function averagePoolGradient({ node, builder, dy, shape }: GradientScope): string {
  const input = shape(node.inputs[0]!);
  const output = shape(node.outputs[0]!).slice(2);
  const spatial = input.slice(2);
  const window = poolWindow(node, input);
  const channels = input[1]!;
  const counts = averageCounts(node, window, spatial, output);
  const share = builder.add('Mul', [
    dy(),
    builder.constant(
      floats(
        [1, 1, ...output],
        counts.map((count) => 1 / count),
      ),
      'counts',
    ),
  ]);
  const ones = builder.constant(
    floats([channels, 1, ...window.kernel], new Float32Array(channels * sizeOf(window.kernel)).fill(1)),
    'ones',
  );
  // What the last window covers may end before the padded input does (unread rows) or after it (ceil_mode).
  const covered = output.map(
    (count, axis) => (count - 1) * window.strides[axis]! + window.dilations[axis]! * (window.kernel[axis]! - 1) + 1,
  );
  const over = spatial.map((size, axis) => covered[axis]! - window.begin[axis]! - size);
  return builder.add('ConvTranspose', [share, ones], {
    group: channels,
    strides: window.strides,
    dilations: window.dilations,
    kernel_shape: window.kernel,
    pads: [...window.begin, ...over.map((each) => Math.max(0, each))],
    output_padding: over.map((each) => Math.max(0, -each)),
  });
}

/** Elements that each window averages; with `count_include_pad` padding counts, what ceil_mode adds beyond it does not. */
function averageCounts(
  node: GraphNode,
  window: Window,
  spatial: readonly number[],
  output: readonly number[],
): number[] {
  const includePad = numberAttribute(node, 'count_include_pad', 0) === 1;
  const along = output.map((count, axis) =>
    Array.from({ length: count }, (_, position) => {
      const start = position * window.strides[axis]! - window.begin[axis]!;
      const low = includePad ? -window.begin[axis]! : 0;
      const high = spatial[axis]! + (includePad ? window.end[axis]! : 0);
      return Array.from({ length: window.kernel[axis]! }, (__, k) => start + k * window.dilations[axis]!).filter(
        (at) => at >= low && at < high,
      ).length;
    }),
  );
  return along.reduce<number[]>(
    (products, counts) => products.flatMap((product) => counts.map((count) => product * count)),
    [1],
  );
}
