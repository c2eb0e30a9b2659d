import { numbersAttribute, textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, SettledBuilder } from '../operator';
import { floats, type Shape, type Tensor } from '../tensor';
import { positive } from './axis';
import { refuseOtherInputs } from './guard';
import { resizeTaps, scaleBetween, type ResizedAxis } from './resizeMap';
import { allocate } from './strided';

/** Resampling by given sizes or scales, which is linear: the derivative is the transposed map, axis by axis. */
export const resize: Readonly<Record<string, Operator>> = {
  Resize: {
    infer: (node, { types: [x], constants }) => [
      { type: x!.type, shape: resizedAxes(node, x!.shape, constants).map(({ to }) => to) },
    ],
    settle: settleResize,
    gradient: (scope) => {
      refuseOtherInputs(scope, 0);
      return [resizeGradient(scope), '', '', ''];
    },
  },
};

/**
 * The node with sizes, or the next larger scales, in place of scales of which ONNX's shape inference, in doubles, and ONNX Runtime's
 * kernel, in float32, make different sizes: ONNX Runtime fails on what it did not expect. The kernel's sizes hold.
 */
function settleResize(node: GraphNode, builder: SettledBuilder): GraphNode {
  const constants = node.inputs.map((name) => builder.constantOf(name));
  if (constants[2] === undefined || constants[2].data.length === 0) return node;
  const axes = resizedAxes(node, builder.shape(node.inputs[0]!), constants);
  if (axes.every(({ from, to, scale }) => Math.floor(from * scale) === to)) return node;
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => name !== 'axes' && name !== 'keep_aspect_ratio_policy'),
  );
  const [x, roi] = node.inputs as [string, string];
  if (axes.every(({ from, to, scale }) => Math.fround(to / from) === scale))
    return { ...node, inputs: [x, roi, '', builder.indices(axes.map(({ to }) => to))], attributes };
  const scales = axes.map(({ from, to, scale }) => (Math.floor(from * scale) === to ? scale : scaleBetween(from, to)));
  return { ...node, inputs: [x, roi, builder.constant(floats([scales.length], scales))], attributes };
}

function resizedAxes(node: GraphNode, shape: Shape, constants: readonly (Tensor | undefined)[]): ResizedAxis[] {
  const [, , scales, sizes] = constants;
  const given = (index: number, list: Tensor | undefined): readonly number[] | undefined => {
    if (list === undefined && (node.inputs[index] ?? '') !== '')
      throw new Error('Resize: its sizes are computed from the picture');
    return list === undefined || list.data.length === 0 ? undefined : Array.from(list.data);
  };
  const axes = (numbersAttribute(node, 'axes') ?? shape.map((_, axis) => axis)).map((axis) =>
    positive(axis, shape.length),
  );
  const [byScale, bySize] = [given(2, scales), given(3, sizes)];
  const result = shape.map((from): ResizedAxis => ({ from, to: from, scale: 1 }));
  if (bySize !== undefined) {
    const ratios = axes.map((axis, index) => Math.fround(bySize[index]! / shape[axis]!));
    const policy = textAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
    const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    axes.forEach((axis, index) => {
      const from = shape[axis]!;
      result[axis] =
        policy === 'stretch'
          ? { from, to: bySize[index]!, scale: ratios[index]! }
          : { from, to: Math.round(Math.fround(common * from)), scale: common };
    });
  } else if (byScale !== undefined) {
    axes.forEach((axis, index) => {
      const from = shape[axis]!;
      result[axis] = { from, to: Math.floor(Math.fround(from * byScale[index]!)), scale: byScale[index]! };
    });
  } else throw new Error('Resize: neither sizes nor scales are given');
  return result;
}

function resizeGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const input = shape(node.inputs[0]!);
  const axes = resizedAxes(
    node,
    input,
    node.inputs.map((name) => constant(name)),
  );
  // ONNX Runtime passes on what keeps its size, whatever the scale.
  if (axes.every(({ from, to }) => from === to)) return dy();
  const changed = axes.flatMap(({ from, to, scale }, axis) => (from === to && scale === 1 ? [] : [axis]));
  if (input.length === 4 && changed.every((axis) => axis >= 2) && axes.every((axis) => isRepetition(node, axis))) {
    // Every element was repeated factor times along each axis: sums of blocks.
    const factors = axes.slice(2).map(({ from, to }) => to / from);
    const area = factors.reduce((product, factor) => product * factor, 1);
    const means = builder.add('AveragePool', [dy()], { kernel_shape: factors, strides: factors });
    return builder.add('Mul', [means, builder.scalar(area)]);
  }
  return changed.reduce((gradient, axis) => {
    const { from, to } = axes[axis]!;
    const matrix = allocate('float32', [to, from]);
    resizeTaps(node, axes[axis]!).forEach((taps, row) => {
      for (const [at, weight] of taps) matrix.data[row * from + at]! += weight;
    });
    return timesAlong(builder, gradient, axis, matrix);
  }, dy());
}

function isRepetition(node: GraphNode, axis: ResizedAxis): boolean {
  const factor = axis.to / axis.from;
  if (axis.from === axis.to && axis.scale === 1) return true;
  return (
    textAttribute(node, 'mode', 'nearest') === 'nearest' &&
    Number.isInteger(factor) &&
    resizeTaps(node, axis).every(([tap], index) => tap![0] === Math.floor(index / factor))
  );
}

/** `value` [… to …] by `matrix` [to, from] along `axis`. */
function timesAlong(builder: GradientScope['builder'], value: string, axis: number, matrix: Tensor): string {
  const rank = builder.shape(value).length;
  const [to, from] = matrix.shape as [number, number];
  if (axis === rank - 1) return builder.add('MatMul', [value, builder.constant(matrix, 'resize')]);
  if (axis === rank - 2) {
    const turned = new Float32Array(to * from);
    matrix.data.forEach((weight, index) => (turned[(index % from) * to + Math.floor(index / from)] = weight));
    return builder.add('MatMul', [builder.constant(floats([from, to], turned), 'resize'), value]);
  }
  const perm = Array.from({ length: rank }, (_, each) => (each === axis ? rank - 1 : each === rank - 1 ? axis : each));
  const last = timesAlong(builder, builder.add('Transpose', [value], { perm }), rank - 1, matrix);
  return builder.add('Transpose', [last], { perm });
}
