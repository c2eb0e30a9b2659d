import type { ImageBatch } from '../image/pixels';
import type { ModelInput } from './modelInfo';

export type Layout = 'nhwc' | 'nchw';

/**
 * Folds a model's preprocessing into two passes over memory: pixels in [0, 1], RGB or grey, HWC, become what the model eats,
 * and the gradient with respect to that becomes the gradient with respect to the pixels.
 *
 * m = (low + pixel · (high − low) − mean) / std per channel in the model's channel order, so ∂f/∂pixel = ∂f/∂m · (high − low) / std.
 */
export interface Preprocessing {
  /** Model input for `batch`: count × model shape. */
  toModel(batch: ImageBatch): Float32Array;
  /** Gradient with respect to pixels, written as count × height × width × channels into `target` from `offset` on. */
  toPixels(gradient: Float32Array, count: number, target: Float32Array, offset: number): void;
}

/** The two passes for a model that takes `input` in the given memory layout. */
export function createPreprocessing(input: ModelInput, layout: Layout): Preprocessing {
  const { channels, height, width } = input;
  const [low, high] = input.range;
  const area = height * width;
  const size = area * channels;
  /** Per pixel channel: where it lies in the model's input, and scale and shift there. */
  const plan = Array.from({ length: channels }, (_, pixelChannel) => {
    const channel = input.color === 'bgr' ? channels - 1 - pixelChannel : pixelChannel;
    const scale = (high - low) / input.std[channel]!;
    const shift = (low - input.mean[channel]!) / input.std[channel]!;
    return { pixelChannel, scale, shift, start: layout === 'nchw' ? channel * area : channel };
  });
  const step = layout === 'nchw' ? 1 : channels;

  return {
    toModel({ data, count }) {
      const result = new Float32Array(count * size);
      for (let image = 0; image < count; image++) {
        for (const { pixelChannel, scale, shift, start } of plan) {
          let to = image * size + start;
          let from = image * size + pixelChannel;
          for (let i = 0; i < area; i++, to += step, from += channels) result[to] = data[from]! * scale + shift;
        }
      }
      return result;
    },
    toPixels(gradient, count, target, offset) {
      for (let image = 0; image < count; image++) {
        for (const { pixelChannel, scale, start } of plan) {
          let from = image * size + start;
          let to = offset + image * size + pixelChannel;
          for (let i = 0; i < area; i++, from += step, to += channels) target[to] = gradient[from]! * scale;
        }
      }
    },
  };
}
