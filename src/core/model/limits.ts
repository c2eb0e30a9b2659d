/** What a model from an unknown hand may ask for before anything is allocated. */
export const MODEL_LIMITS = {
  /** All files of one model. */
  totalBytes: 2 * 1024 ** 3,
  jsonBytes: 128 * 1024 ** 2,
  /** Nesting of objects and arrays in `model.json`. */
  jsonDepth: 200,
  /** Values in `model.json`. */
  jsonValues: 5_000_000,
  nodes: 100_000,
  shards: 10_000,
  /** Labels and specification files. */
  textBytes: 8 * 1024 ** 2,
  inputSide: 8192,
  inputElements: 64 * 1024 ** 2,
  /** All activations of one image. */
  activationBytes: 4 * 1024 ** 3,
  classes: 1_000_000,
} as const;
