import { bytes, list, object, signedBytes } from '../../core/schema/kinds';
import { count, measured } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';

export const frameSize = object({ height: count, width: count });
export type FrameSize = Of<typeof frameSize>;

const frameImage = object({
  predicted: count,
  /** Probability of the predicted class. */
  probability: measured,
  /** Cross-entropy for the image's label. */
  loss: measured,
  /** height × width bytes of the frame's size. */
  gradientXInput: bytes,
  gradientXInputScale: measured,
  lossGradient: signedBytes,
  lossGradientScale: measured,
});
export type FrameImage = Of<typeof frameImage>;

/**
 * What was seen of the watched images after one minibatch, in 8 bits: per image and map, value = byte · scale, where bytes are
 * signed for the loss gradient (channels summed) and unsigned for gradient × input (|∂O_c/∂a| ∘ a, channels summed).
 */
export const frame = object({
  /** Minibatches done when it was taken: the weights are θ_step. */
  step: count,
  images: list(frameImage),
});
export type Frame = Of<typeof frame>;
