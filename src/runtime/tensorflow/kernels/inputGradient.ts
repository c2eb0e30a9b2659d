import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { transformedFilter } from './filterCache';
import type { ConvolutionGeometry, Dimension } from './geometry';

/** The part of a dimension's input gradient that lies at positions phase, phase + stride, …: a convolution of stride 1. */
interface Phase {
  /** Kernel elements first, first + stride, … contribute. */
  readonly first: number;
  readonly taps: number;
  /** Zeros to put before and after the output gradient; negative: elements to cut off. */
  readonly before: number;
  readonly after: number;
}

/**
 * Gradient of a 2-D convolution with respect to its input, dx[i] = Σₖ w[k] · dy[(i + before − k·dilation) / stride] over whole
 * quotients, computed as forward convolutions with flipped weights, one for each phase of the stride (sub-pixel decomposition).
 *
 * `dy` count × rows × columns × output channels; result in the input's shape. Uses only operations every backend has.
 */
export function convolutionInputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  geometry: ConvolutionGeometry,
  depthwise: boolean,
): Tensor4D {
  const { rows, columns, inputShape } = geometry;
  const [count, height, width, channels] = inputShape;
  return tf.tidy(() => {
    const deepRows = Math.ceil(height / rows.stride);
    const deepColumns = Math.ceil(width / columns.stride);
    const parts: Tensor4D[] = [];
    for (let r = 0; r < rows.stride; r++) {
      for (let c = 0; c < columns.stride; c++) {
        const row = phaseOf(rows, r, deepRows);
        const column = phaseOf(columns, c, deepColumns);
        parts.push(
          row.taps === 0 || column.taps === 0
            ? tf.zeros<tf.Rank.R4>([count, deepRows, deepColumns, channels])
            : phaseGradient(dy, filter, row, column, geometry, depthwise),
        );
      }
    }
    return interleave(parts, rows.stride, columns.stride, inputShape);
  });
}

function phaseOf({ kernel, stride, dilation, before, output }: Dimension, phase: number, length: number): Phase {
  if (dilation > 1) {
    const reach = dilation * (kernel - 1);
    return { first: 0, taps: kernel, before: reach - before, after: length - output + before };
  }
  const first = (phase + before) % stride;
  const taps = Math.max(0, Math.ceil((kernel - first) / stride));
  const shift = (phase + before - first) / stride;
  const left = taps - 1 - shift;
  return { first, taps, before: left, after: length - output - left + taps - 1 };
}

function phaseGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  row: Phase,
  column: Phase,
  { rows, columns }: ConvolutionGeometry,
  depthwise: boolean,
): Tensor4D {
  const key = [
    depthwise,
    rows.stride,
    columns.stride,
    rows.dilation > 1 || row.first,
    columns.dilation > 1 || column.first,
  ];
  const flipped = transformedFilter(filter, key.join(), () =>
    flippedFilter(filter, row, column, rows.stride, columns.stride, depthwise),
  );
  const cut = cutEdges(dy, row, column);
  const pads: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [Math.max(0, row.before), Math.max(0, row.after)],
    [Math.max(0, column.before), Math.max(0, column.after)],
    [0, 0],
  ];
  const dilations: [number, number] = [rows.dilation, columns.dilation];
  if (!depthwise) return tf.conv2d(cut, flipped, 1, pads, 'NHWC', dilations);
  const each = tf.depthwiseConv2d(cut, flipped, 1, pads, 'NHWC', dilations);
  const multiplier = filter.shape[3];
  if (multiplier === 1) return each;
  const [count, height, width, channels] = each.shape;
  const grouped = tf.reshape(each, [count * height * width, channels / multiplier, multiplier]);
  return tf.reshape(tf.sum(grouped, 2), [count, height, width, channels / multiplier]);
}

/** The phase's kernel elements in reverse order; input and output channels exchanged (depthwise: one filter a channel). */
function flippedFilter(
  filter: Tensor4D,
  row: Phase,
  column: Phase,
  rowStride: number,
  columnStride: number,
  depthwise: boolean,
): Tensor4D {
  const [height, width, inputs, outputs] = filter.shape;
  const whole = rowStride === 1 && columnStride === 1;
  const part = whole
    ? filter
    : tf.stridedSlice(
        filter,
        [row.first, column.first, 0, 0],
        [height, width, inputs, outputs],
        [rowStride, columnStride, 1, 1],
      );
  const single = row.taps === 1 && column.taps === 1;
  const reversed = (single ? part : tf.reverse(part, [0, 1])) as Tensor4D;
  if (depthwise) return tf.reshape(reversed, [row.taps, column.taps, inputs * outputs, 1]);
  return tf.transpose(reversed, [0, 1, 3, 2]);
}

function cutEdges(dy: Tensor4D, row: Phase, column: Phase): Tensor4D {
  const [count, height, width, channels] = dy.shape;
  const top = Math.max(0, -row.before);
  const left = Math.max(0, -column.before);
  const bottom = Math.max(0, -row.after);
  const right = Math.max(0, -column.after);
  if (top + left + bottom + right === 0) return dy;
  return tf.slice(dy, [0, top, left, 0], [count, height - top - bottom, width - left - right, channels]);
}

/** Weaves the phases together: concatenated behind one another along the next inner dimension, they already lie in order. */
function interleave(
  parts: Tensor4D[],
  rowStride: number,
  columnStride: number,
  shape: ConvolutionGeometry['inputShape'],
): Tensor4D {
  const [, height, width, channels] = shape;
  const [count, deepRows, deepColumns] = parts[0]!.shape;
  const wide = deepColumns * columnStride;
  const lines = Array.from({ length: rowStride }, (_, r) => {
    const columns = parts.slice(r * columnStride, (r + 1) * columnStride);
    return tf.reshape(columns.length === 1 ? columns[0]! : tf.concat(columns, 3), [count, deepRows, wide * channels]);
  });
  const woven = lines.length === 1 ? lines[0]! : tf.concat(lines, 2);
  const whole: Tensor4D = tf.reshape(woven, [count, deepRows * rowStride, wide, channels]);
  if (whole.shape[1] === height && whole.shape[2] === width) return whole;
  return tf.slice(whole, [0, 0, 0, 0], [count, height, width, channels]);
}
