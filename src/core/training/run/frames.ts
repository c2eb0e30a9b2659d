/**
 * What was seen of the watched images after one minibatch, in 8 bits: per image and map, value = byte · scale, where bytes are
 * signed for the loss gradient (channels summed) and unsigned for gradient × input (|∂O_c/∂a| ∘ a, channels summed).
 */
export interface Frame {
  /** Minibatches done when it was taken: the weights are θ_step. */
  readonly step: number;
  readonly images: readonly FrameImage[];
}

export interface FrameImage {
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly probability: number;
  /** Cross-entropy for the image's label. */
  readonly loss: number;
  /** height × width bytes of the frame's size. */
  readonly gradientXInput: Uint8Array;
  readonly gradientXInputScale: number;
  readonly lossGradient: Int8Array;
  readonly lossGradientScale: number;
}

export interface FrameSize {
  readonly height: number;
  readonly width: number;
}
