import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface PoolingAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * MaxPoolGrad by one pass over the windows, several times faster than the wasm backend's own, which searches the windows anew for
 * every input element. Where several elements of a window are its maximum, the first one gets the gradient.
 */
export const maxPoolGrad: KernelConfig = {
  kernelName: 'MaxPoolGrad',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, input } = inputs as unknown as { dy: Tensor4D; input: Tensor4D };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolingAttributes;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    return tf.tensor4d(scatterToMaxima(input.dataSync(), dy.dataSync(), info), input.shape);
  },
};

function scatterToMaxima(x: ArrayLike<number>, dy: ArrayLike<number>, info: tf.backend_util.Conv2DInfo): Float32Array {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels: channels, padInfo } = info;
  const dx = new Float32Array(batchSize * inHeight * inWidth * channels);
  const best = new Float32Array(channels);
  const where = new Int32Array(channels);
  let from = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let r = 0; r < outHeight; r++) {
      const top = r * info.strideHeight - padInfo.top;
      const lastRow = Math.min(inHeight, top + info.filterHeight);
      for (let c = 0; c < outWidth; c++) {
        const left = c * info.strideWidth - padInfo.left;
        const lastColumn = Math.min(inWidth, left + info.filterWidth);
        best.fill(-Infinity);
        where.fill(-1);
        for (let y = Math.max(0, top); y < lastRow; y++) {
          for (let z = Math.max(0, left); z < lastColumn; z++) {
            const start = ((image * inHeight + y) * inWidth + z) * channels;
            for (let channel = 0; channel < channels; channel++) {
              const value = x[start + channel]!;
              if (value > best[channel]!) {
                best[channel] = value;
                where[channel] = start + channel;
              }
            }
          }
        }
        for (let channel = 0; channel < channels; channel++, from++) {
          const to = where[channel]!;
          if (to >= 0) dx[to] = dx[to]! + dy[from]!;
        }
      }
    }
  }
  return dx;
}
