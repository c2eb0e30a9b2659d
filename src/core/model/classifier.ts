import type { ImageBatch } from '../image/pixels';
import type { ModelInfo } from './modelInfo';

/**
 * The one narrow interface through which every method sees a model.
 *
 * Images are in pixel space ([0, 1], HWC, model resolution); preprocessing and layout are inside, so gradients are with
 * respect to pixels and ε means the same for every model. Shapes and finiteness are checked here; the range [0, 1] is checked
 * where an image enters (`checkPixelRange`), because methods step outside it on purpose.
 */
export interface Classifier {
  readonly info: ModelInfo;

  /** Logits and probabilities, each count × classes, row-major. Throws `UserError('image-shape')`. */
  predict(images: ImageBatch): Promise<Scores>;

  /**
   * Gradient of scalars with respect to an image's pixels: one objective serves all images, one for each image belongs to it, and of
   * `r` for each, image i has those from i·r on. Objectives of one image are rows of a Jacobian: they share its forward pass where the
   * engine can, and each has what it would have alone.
   * Of the layers `at` (ids of `info.layers`) it gives the value and the gradients in the same pass.
   * Throws `UserError`: 'gradient-unavailable' naming the operator that cannot be differentiated; 'unknown-layer' for a layer that is
   * not there, that the scores are not made of, or of an engine that gives none.
   */
  gradient(images: ImageBatch, objectives: readonly Objective[], options?: GradientOptions): Promise<Gradients>;

  /**
   * The model with one thing changed: same images (but for a tail), classes and layers; its warnings are the model's and those of the
   * change. Of a rule one is kept and disposed with this classifier, so that its own `dispose` does nothing; the others are the caller's
   * to dispose, and go with this classifier at the latest; the last tails are kept for whoever asks next. Of a variant: with what was
   * changed before; of rules the last one holds.
   * Throws `UserError`: 'gradient-unavailable' where there is no ReLU, or of an engine that cannot; 'unknown-layer' for one that is
   * not there; 'parameter' where no layer has weights, and for a tail from a layer that others go past, which it names.
   */
  variant(change: ModelChange): Promise<Classifier>;

  /** True once pictures were found to influence one another, or not to run together, so that they run one by one. */
  readonly runsAlone?: () => boolean;

  /** Frees every tensor; the classifier must not be used afterwards. */
  dispose(): Promise<void>;
}

/**
 * How a variant differs from its model. `rule`: another derivative of ReLUs, the scores being the same to rounding: `guided` passes a
 * gradient only where it and the ReLU's input are positive (Springenberg et al. 2015), `deconvolution` wherever it is positive
 * (Zeiler, Fergus 2014). `randomised`: the numbers of every weight of `layers` in an order that is drawn by `seed`, layer by layer (Adebayo et al.
 * 2018 draw them anew). `tail`: only what comes behind a layer; its images are values of the layer, as `gradient(…, { at })` gives
 * them and `layerBatch` shapes them, and it tells apart the layers behind it.
 */
export type ModelChange =
  | { readonly kind: 'rule'; readonly rule: 'guided' | 'deconvolution' }
  | { readonly kind: 'randomised'; readonly layers: readonly LayerId[]; readonly seed: number }
  | { readonly kind: 'tail'; readonly layer: LayerId };

/**
 * The scalar that is differentiated. Cross-entropy is −log softmax(logits)[label], computed from the logits; where probabilities are
 * sigmoids (multi-label models, one output for two classes), −log σ(logits[label]). A combination is Σ wₖ zₖ of the logits: with 1 and
 * −1 the margin, why one class rather than another.
 */
export type Objective =
  | { readonly kind: Exclude<ObjectiveKind, 'cross-entropy'>; readonly classIndex: number }
  | { readonly kind: 'cross-entropy'; readonly label: number }
  | { readonly kind: 'combination'; readonly weights: readonly ClassWeight[] };

export interface ClassWeight {
  readonly classIndex: number;
  readonly weight: number;
}

/** Objectives of one class. */
export const OBJECTIVE_KINDS = ['logit', 'probability', 'log-probability', 'cross-entropy'] as const;
export type ObjectiveKind = (typeof OBJECTIVE_KINDS)[number];

export interface Scores {
  /** count × classes; of one output z for two classes the log-odds, −z and z. */
  readonly logits: Float32Array;
  /** count × classes; softmax of the logits (multi-label models, and the log-odds [−z, z] of one output: sigmoid each). */
  readonly probabilities: Float32Array;
  readonly count: number;
  readonly classes: number;
}

export interface GradientOptions {
  readonly at?: readonly LayerId[];
}

/** The `id` of a layer in `info.layers`. */
export type LayerId = string;

/**
 * A layer's value as the file computes it, count × shape, and ∂ objective / ∂ value, count · r × shape: height × width × channels for
 * spatial layers, positions × channels for tokens (channels last whatever the file's order), else the file's own order. See
 * `LayerInfo.form`.
 */
export interface LayerGradient {
  readonly layer: LayerId;
  /** Of one image. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly gradient: Float32Array;
}

export interface Gradients {
  /** Of each image. */
  readonly scores: Scores;
  /** Of each objective of each image, in the order given: count · r. */
  readonly values: Float32Array;
  /** ∂ objective / ∂ pixels, count · r × height × width × channels. */
  readonly gradient: Float32Array;
  /** Of the layers that were asked for, in that order. */
  readonly layers?: readonly LayerGradient[];
}
