import { numberAttribute, numbersAttribute, textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, type Shape, type Tensor, type TypedShape } from '../tensor';
import { channelSums, convolutionWeightGradient, flippedInGraph, transposedWeightGradient } from './convolutionWeights';
import { spreadApart } from './spreading';
import { checkWindow, windowCount, windowOf, type Window } from './window';

/** Convolutions of NC… */
export const convolution: Readonly<Record<string, Operator>> = {
  Conv: {
    traits: ['channels-second'],
    infer: (node, { types: [x, weight, bias] }) => {
      const spatial = x!.shape.slice(2);
      const group = groupOf(node);
      const [outputs, inputs] = [weight!.shape[0]!, weight!.shape[1]!];
      if (x!.shape[1] !== inputs * group || outputs % group !== 0)
        throw new Error('Conv: channels of input and weights do not agree');
      checkBias(node, bias, outputs);
      const window = windowOf(node, spatial, weight!.shape.slice(2));
      return [{ type: x!.type, shape: [x!.shape[0]!, weight!.shape[0]!, ...windowCount(window, spatial)] }];
    },
    gradient: (scope) => [
      scope.wants(0) ? convolutionInputGradient(scope) : '',
      scope.wants(1) ? convolutionWeightGradient(scope) : '',
      scope.wants(2) ? channelSums(scope) : '',
    ],
  },
  ConvTranspose: {
    traits: ['channels-second'],
    infer: (node, { types: [x, weight, bias] }) => {
      const group = groupOf(node);
      const [inputs, outputs] = [weight!.shape[0]!, weight!.shape[1]! * group];
      if (x!.shape[1] !== inputs || inputs % group !== 0)
        throw new Error('ConvTranspose: channels of input and weights do not agree');
      checkBias(node, bias, outputs);
      const transposed = transposedWindow(node, x!.shape.slice(2), weight!.shape.slice(2));
      return [{ type: x!.type, shape: [x!.shape[0]!, outputs, ...transposed.output] }];
    },
    gradient: (scope) => {
      const { node, builder, dy, shape } = scope;
      const spatial = shape(node.inputs[0]!).slice(2);
      const kernel = shape(node.inputs[1]!).slice(2);
      const { window } = transposedWindow(node, spatial, kernel);
      const parameters = [
        scope.wants(1) ? transposedWeightGradient(scope, window) : '',
        scope.wants(2) ? channelSums(scope) : '',
      ];
      if (!scope.wants(0)) return ['', ...parameters];
      const dx = builder.add('Conv', [dy(), node.inputs[1]!], {
        group: numberAttribute(node, 'group', 1),
        strides: window.strides,
        dilations: window.dilations,
        kernel_shape: kernel,
        pads: [...window.begin, ...window.end],
      });
      // Output beyond the last window's stride makes room for windows that the forward pass did not have.
      const axes = spatial.map((_, axis) => axis + 2);
      const cut = spatial.some((size, axis) => shape(dx)[axis + 2] !== size);
      const ranges = [axes.map(() => 0), spatial, axes].map((list) => builder.indices(list));
      return [cut ? builder.add('Slice', [dx, ...ranges]) : dx, ...parameters];
    },
  },
};

function groupOf(node: GraphNode): number {
  const group = numberAttribute(node, 'group', 1);
  if (!Number.isInteger(group) || group < 1) throw new Error(`${node.op}: ${group} groups`);
  return group;
}

function checkBias(node: GraphNode, bias: TypedShape | undefined, channels: number): void {
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== channels))
    throw new Error(`${node.op}: the bias does not fit ${channels} channels`);
}

/** Resolves pads and output size of ConvTranspose: output = stride·(in − 1) + span + output_padding − pads. */
function transposedWindow(
  node: GraphNode,
  spatial: readonly number[],
  kernel: readonly number[],
): { readonly window: Window; readonly output: readonly number[] } {
  const axes = spatial.map((_, axis) => axis);
  const strides = numbersAttribute(node, 'strides') ?? axes.map(() => 1);
  const dilations = numbersAttribute(node, 'dilations') ?? axes.map(() => 1);
  const extra = numbersAttribute(node, 'output_padding') ?? axes.map(() => 0);
  const asked = numbersAttribute(node, 'output_shape');
  const mode = textAttribute(node, 'auto_pad', 'NOTSET');
  const full = axes.map(
    (axis) => strides[axis]! * (spatial[axis]! - 1) + extra[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1,
  );
  const wanted = asked ?? (mode.startsWith('SAME') ? axes.map((axis) => spatial[axis]! * strides[axis]!) : undefined);
  let pads = numbersAttribute(node, 'pads') ?? axes.flatMap(() => [0, 0]);
  checkWindow(node, axes.length, { kernel, strides, dilations, pads });
  if (extra.length !== axes.length || extra.some((each) => !Number.isInteger(each) || each < 0))
    throw new Error('ConvTranspose: output_padding is impossible');
  if (mode === 'VALID') pads = axes.flatMap(() => [0, 0]);
  if (wanted !== undefined) {
    const total = axes.map((axis) => Math.max(0, full[axis]! - wanted.at(axis - axes.length)!));
    const small = total.map((pad) => Math.floor(pad / 2));
    const large = total.map((pad, axis) => pad - small[axis]!);
    pads = mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  }
  const begin = pads.slice(0, axes.length);
  const end = pads.slice(axes.length);
  const output = axes.map((axis) => wanted?.at(axis - axes.length) ?? full[axis]! - begin[axis]! - end[axis]!);
  return { window: { kernel, strides, dilations, begin, end }, output };
}

/**
 * ∂/∂x of Conv. Stride 1: a Conv with the weights flipped in space and in/out channels swapped within
 * each group, which ONNX Runtime runs in its blocked layout; so it is for strided depthwise ones, with zeros between the
 * elements of dy. Otherwise, and for a picture's few channels, ConvTranspose.
 */
function convolutionInputGradient(scope: GradientScope): string {
  const { node, builder } = scope;
  const input = scope.shape(node.inputs[0]!);
  const spatial = input.slice(2);
  const weight = scope.constant(node.inputs[1]!);
  const weightShape = scope.shape(node.inputs[1]!);
  const group = numberAttribute(node, 'group', 1);
  const window = windowOf(node, spatial, weightShape.slice(2));
  const span = window.kernel.map((size, axis) => window.dilations[axis]! * (size - 1));
  const output = scope.shape(node.outputs[0]!).slice(2);
  // Rows that the forward pass never read: the gradient there is 0.
  const unread = spatial.map(
    (size, axis) =>
      size + window.begin[axis]! + window.end[axis]! - ((output[axis]! - 1) * window.strides[axis]! + span[axis]! + 1),
  );
  const isDense = window.strides.every((stride) => stride === 1);
  const isDepthwise = group === input[1] && group === weightShape[0] && spatial.length === 2;
  // Weights that are computed are flipped in the graph, which pays where ConvTranspose is slow.
  if ((isDense || isDepthwise) && input[1]! > 4 && (weight?.type === 'float32' || group > 1)) {
    const begin = span.map((size, axis) => size - window.begin[axis]!);
    // Spread apart, dy already ends in stride − 1 zeros.
    const end = span.map((size, axis) => size - window.end[axis]! + unread[axis]! - (window.strides[axis]! - 1));
    if ([...begin, ...end].every((pad) => pad >= 0)) {
      const turned =
        weight?.type === 'float32'
          ? builder.constant(flipped(weight, group), 'flipped')
          : flippedInGraph(scope, node.inputs[1]!, group);
      const dy = isDense ? scope.dy() : spreadApart(builder, scope.dy(), window.strides);
      return builder.add('Conv', [dy, turned], {
        group,
        dilations: window.dilations,
        pads: [...begin, ...end],
        kernel_shape: window.kernel,
        strides: spatial.map(() => 1),
      });
    }
  }
  return builder.add('ConvTranspose', [scope.dy(), node.inputs[1]!], {
    group,
    dilations: window.dilations,
    strides: window.strides,
    kernel_shape: window.kernel,
    pads: [...window.begin, ...window.end],
    output_padding: unread,
  });
}

/** Weights [M, C/g, …k] turned round in space with in and out channels swapped within each group: [C, M/g, …k]. */
function flipped(weight: Extract<Tensor, { type: 'float32' }>, group: number): Tensor {
  const [outer, inner] = [weight.shape[0]! / group, weight.shape[1]!];
  const kernel: Shape = weight.shape.slice(2);
  const area = kernel.reduce((product, size) => product * size, 1);
  const data = new Float32Array(weight.data.length);
  for (let g = 0; g < group; g++)
    for (let m = 0; m < outer; m++)
      for (let c = 0; c < inner; c++) {
        const from = ((g * outer + m) * inner + c) * area;
        const to = ((g * inner + c) * outer + m) * area;
        // Turning every spatial axis round is reversing the flattened kernel.
        for (let k = 0; k < area; k++) data[to + k] = weight.data[from + area - 1 - k]!;
      }
  return floats([group * inner, outer, ...kernel], data);
}
