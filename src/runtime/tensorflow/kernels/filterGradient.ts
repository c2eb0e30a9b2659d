import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvolutionGeometry } from './geometry';

/**
 * Calls `visit` for each kernel element (row by row) with the part of the input that it meets,
 * count × output rows × output columns × channels, and returns the results.
 */
function overKernel<T>(x: Tensor4D, geometry: ConvolutionGeometry, visit: (met: Tensor4D) => T): T[] {
  const { rows, columns } = geometry;
  const [count, height, width, channels] = x.shape;
  const span = (d: typeof rows): number => (d.output - 1) * d.stride + (d.kernel - 1) * d.dilation + 1;
  const after = (d: typeof rows): number => Math.max(0, span(d) - d.before - d.input);
  const padded = tf.pad(x, [
    [0, 0],
    [rows.before, after(rows)],
    [columns.before, after(columns)],
    [0, 0],
  ]);
  const unpadded = padded.shape[1] === height && padded.shape[2] === width ? x : padded;
  const results: T[] = [];
  for (let r = 0; r < rows.kernel; r++) {
    for (let c = 0; c < columns.kernel; c++) {
      const top = r * rows.dilation;
      const left = c * columns.dilation;
      const high = (rows.output - 1) * rows.stride + 1;
      const wide = (columns.output - 1) * columns.stride + 1;
      const met =
        rows.stride === 1 && columns.stride === 1
          ? tf.slice(unpadded, [0, top, left, 0], [count, high, wide, channels])
          : tf.stridedSlice(
              unpadded,
              [0, top, left, 0],
              [count, top + high, left + wide, channels],
              [1, rows.stride, columns.stride, 1],
            );
      results.push(visit(met as Tensor4D));
    }
  }
  return results;
}

/** dw[k, c, o] = Σ over count and positions of (input that k meets)[…, c] · dy[…, o]: one matrix product a kernel element. */
export function convolutionFilterGradient(x: Tensor4D, dy: Tensor4D, geometry: ConvolutionGeometry): Tensor4D {
  return tf.tidy(() => {
    const [height, width, inputs, outputs] = geometry.filterShape;
    const positions = geometry.outputShape[0] * geometry.outputShape[1] * geometry.outputShape[2];
    const flat: Tensor2D = tf.reshape(dy, [positions, outputs]);
    const parts = overKernel(x, geometry, (met) =>
      // Transposed by hand: backends are slow at, or lack, products with a transposed left side.
      tf.matMul(tf.transpose(tf.reshape(met, [positions, inputs])), flat),
    );
    return tf.reshape(tf.stack(parts), [height, width, inputs, outputs]);
  });
}

/** dw[k, c, m] = Σ over count and positions of (input that k meets)[…, c] · dy[…, c·multiplier + m]. */
export function depthwiseFilterGradient(x: Tensor4D, dy: Tensor4D, geometry: ConvolutionGeometry): Tensor4D {
  return tf.tidy(() => {
    const [height, width, channels, multiplier] = geometry.filterShape;
    const positions = geometry.outputShape[0] * geometry.outputShape[1] * geometry.outputShape[2];
    const flat = tf.reshape(dy, [positions, channels, multiplier]);
    const parts = overKernel(x, geometry, (met) => tf.sum(tf.mul(tf.reshape(met, [positions, channels, 1]), flat), 0));
    return tf.reshape(tf.stack(parts), [height, width, channels, multiplier]);
  });
}
