import type { EngineId } from './modelInfo';

/** A network while it is trained: its weights live here and change between calls. */
export interface TrainableNetwork {
  readonly engine: EngineId;
  /** Which engine trains and why, one sentence. */
  readonly engineReason: string;
  readonly input: { readonly height: number; readonly width: number; readonly channels: 1 | 3 };
  readonly classes: number;
  /** In the order of the model file. Every call reads `values` as they are then. */
  readonly weights: readonly TrainableWeight[];
  /**
   * Mean cross-entropy of a minibatch from the logits, L = −(1/n) Σ log softmax(O(a; θ))[y], and ∂L/∂θ, written into the
   * `gradient` of every trainable weight. Moving statistics (batch normalisation) are brought up to date.
   */
  step(batch: Minibatch): Promise<StepResult>;
  /**
   * Logits, count × classes, whose softmax is p (of one output z for two classes 0 and z), by inference (no dropout, moving
   * statistics). `pixels` in [0, 1], count × H × W × C.
   */
  predict(pixels: Float32Array, count: number): Promise<Float32Array>;
  /**
   * Scores and input gradients of the watched images, by inference, in one run, of the weights as they are when it is called;
   * they may change once a later `step` has ended. One at a time: the next call must wait for the end of this one.
   */
  watch(images: WatchedBatch): Promise<WatchResult>;
  /** The weights as the model file has them, under its names, for saving; copies. */
  exportWeights(): readonly NamedWeight[];
  dispose(): Promise<void>;
}

export interface TrainableWeight {
  readonly name: string;
  /** In the engine's own layout. */
  readonly shape: readonly number[];
  /** False for moving statistics. */
  readonly trainable: boolean;
  readonly values: Float32Array;
  /** Empty for what is not trained. */
  readonly gradient: Float32Array;
}

export interface Minibatch {
  /** count × H × W × C in [0, 1]. */
  readonly pixels: Float32Array;
  readonly labels: Uint16Array;
  readonly count: number;
  /** Of dropout's masks. */
  readonly seed: number;
}

export interface StepResult {
  readonly loss: number;
  /** How many images of the minibatch were classified right before the update. */
  readonly correct: number;
}

export interface WatchedBatch {
  readonly pixels: Float32Array;
  readonly labels: Uint16Array;
  readonly count: number;
  /** Whose score is differentiated. */
  readonly scoreOf: 'predicted' | 'label';
}

/** Valid until the next `watch`, which may use the memory again. */
export interface WatchResult {
  /** count × classes, as `predict` gives them. */
  readonly logits: Float32Array;
  /**
   * ∂O_c/∂a, count × H × W × C, with respect to pixels in [0, 1]; O_c is the class's logit, of one output z for two classes its
   * log-odds, −z or z.
   */
  readonly scoreGradient: Float32Array;
  /** ∂J/∂a of each image's own cross-entropy J(O(a; θ), y), the same shape. */
  readonly lossGradient: Float32Array;
}

/** A layers model in memory: what a network is made from and what is saved. */
export interface LayersModel {
  /** TensorFlow.js `modelTopology` or a Keras configuration. */
  readonly topology: Readonly<Record<string, unknown>>;
  readonly weights: readonly NamedWeight[];
  /** How pixels in [0, 1] become what the model eats: low + pixel · (high − low), then (· − mean) / std; channel order. */
  readonly preprocessing?: {
    readonly range: readonly [number, number];
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly color: 'rgb' | 'bgr' | 'grayscale';
  };
}

/** One array of a layers model, in the layout of its file (kernels [height, width, in, out]). */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Makes a network ready to train; given by the runtime. */
export type NetworkFactory = (model: LayersModel, options: NetworkOptions) => Promise<TrainableNetwork>;

export interface NetworkOptions {
  readonly engine: 'auto' | EngineId;
  readonly threads?: number;
  /** Watched images for each image that is trained on; 0 or absent: nothing is watched, or next to nothing. */
  readonly watchShare?: number;
  readonly tensorflowModule?: string;
}
