import { numberAttribute, type GraphNode } from '../graph';
import type { GradientScope } from '../operator';
import { floats, sizeOf } from '../tensor';
import type { Window } from './window';

/**
 * ∂/∂x of average pooling: each window's dy, divided by the number of elements that it averaged, spread over the window. With
 * stride 1 that is an average pooling again, without overlap a repetition, else a depthwise ConvTranspose with weights 1.
 */
export function averagePoolGradient({ node, builder, dy, shape }: GradientScope, window: Window): string {
  const input = shape(node.inputs[0]!);
  const output = shape(node.outputs[0]!).slice(2);
  const spatial = input.slice(2);
  const { kernel, strides, dilations, begin } = window;
  const counts = averageCounts(node, window, spatial, output);
  const share = (factor: number): string => {
    const uniform = counts.every((count) => count === counts[0]);
    const data = uniform ? [factor / counts[0]!] : counts.map((count) => factor / count);
    return builder.add('Mul', [dy(), builder.constant(floats(uniform ? [] : [1, 1, ...output], data), 'share')]);
  };
  const dense = dilations.every((dilation) => dilation === 1);
  // Where the last window ends, seen from the input's end: before it (rows that were never read) or after it.
  const over = output.map(
    (count, axis) =>
      (count - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1 - begin[axis]! - spatial[axis]!,
  );
  if (dense && strides.every((stride) => stride === 1)) {
    const near = kernel.map((size, axis) => size - 1 - begin[axis]!);
    const far = kernel.map((size, axis) => size - 1 - over[axis]!);
    if ([...near, ...far].every((pad, index) => pad >= 0 && pad < kernel[index % kernel.length]!))
      return builder.add('AveragePool', [share(sizeOf(kernel))], {
        kernel_shape: kernel,
        pads: [...near, ...far],
        count_include_pad: 1,
      });
  }
  const apart = dense && strides.every((stride, axis) => stride === kernel[axis]) && begin.every((pad) => pad === 0);
  if (apart && output.length === 2 && over.every((each) => each === 0))
    return builder.add('Resize', [share(1), '', builder.constant(floats([4], [1, 1, ...kernel]))], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    });
  const channels = input[1]!;
  const ones = new Float32Array(channels * sizeOf(kernel)).fill(1);
  return builder.add('ConvTranspose', [share(1), builder.constant(floats([channels, 1, ...kernel], ones), 'ones')], {
    group: channels,
    strides,
    dilations,
    kernel_shape: kernel,
    pads: [...begin, ...over.map((each) => Math.max(0, each))],
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
