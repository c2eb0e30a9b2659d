/** How a network is trained; plain JSON, all of it in the run's record. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
  readonly seed: number;
  /** Share of the training images that is held out to validate after each epoch; 0: none. */
  readonly validationShare: number;
  readonly augmentation: Augmentation;
  readonly checkpoints: CheckpointSchedule;
  readonly watch: WatchOptions;
}

export interface OptimizerOptions {
  /** `adam` with weightDecay > 0 is AdamW (decoupled decay, on kernels only). */
  readonly kind: 'sgd' | 'momentum' | 'adam';
  readonly learningRate: number;
  /** Of `momentum`. */
  readonly momentum: number;
  readonly weightDecay: number;
  /** `cosine`: from the learning rate to 0 over the whole run (Loshchilov & Hutter 2017), after a linear warm-up of 2 %. */
  readonly schedule: 'constant' | 'cosine';
}

export interface Augmentation {
  /** Mirrored left to right with probability ½. */
  readonly flip: boolean;
  /** Moved by up to this share of a side each way; edges repeat. */
  readonly shift: number;
  /** Cut to a random square of at least (1 − crop) of each side and scaled back; 0: not. */
  readonly crop: number;
}

export interface CheckpointSchedule {
  /** `every`: each k-th minibatch; `logarithmic`: at steps 0, 1, 2, 4, 8, …; `epochs`: after each epoch; `end`: the last only. */
  readonly kind: 'every' | 'logarithmic' | 'epochs' | 'end';
  readonly every: number;
}

export interface WatchOptions {
  /** Watched after every k-th minibatch. */
  readonly every: number;
  readonly scoreOf: 'predicted' | 'label';
  /** Longest side of a kept frame in pixels. */
  readonly frameSide: number;
  /** Bytes that all frames may take on disk; beyond, every second one is dropped and the stride doubles. */
  readonly frameBytes: number;
}

export const MOST_WATCHED = 64;

export const DEFAULT_TRAINING: TrainingOptions = {
  epochs: 10,
  batchSize: 16,
  optimizer: { kind: 'adam', learningRate: 0.001, momentum: 0.9, weightDecay: 0, schedule: 'constant' },
  seed: 0,
  validationShare: 0.05,
  augmentation: { flip: false, shift: 0, crop: 0 },
  checkpoints: { kind: 'epochs', every: 1 },
  watch: { every: 1, scoreOf: 'predicted', frameSide: 128, frameBytes: 512 * 1024 ** 2 },
};
