import type { LayersModel } from '../network';

/** A network that can be trained from nothing. */
export interface Architecture {
  /** Public name: command line, records, docs. */
  readonly id: string;
  readonly label: string;
  /** One sentence. */
  readonly summary: string;
  /** Paper or text that defines it. */
  readonly source: string;
  /** Smallest side of a picture that it takes. */
  readonly minimumSide: number;
  /** The network for pictures of this size, with seeded initial weights. Throws `UserError('parameter')` for sizes below. */
  readonly build: (input: PictureSize, classes: number, seed: number) => LayersModel;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** What is shown before training starts; plain JSON. */
export interface NetworkSummary {
  readonly name: string;
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly trainableParameters: number;
  /** What of the model is not trained as it asks for; sentences. */
  readonly warnings?: readonly string[];
}

export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** Without the batch: [height, width, channels] or [units]. */
  readonly output: readonly number[];
  readonly parameters: number;
}

/** The classes of a data set in its order. */
export interface ClassLabels {
  readonly names: readonly string[];
  /** False: the names are only the numbers of the labels. */
  readonly isNamed: boolean;
}

/** Which network is wanted; plain JSON. */
export interface NetworkRequest {
  /** An architecture's id, or the path of a TensorFlow.js or Keras layers model to go on with. */
  readonly network: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly classes: number;
  /** What the classes are called, to be matched with a model's own; absent: not to be matched. */
  readonly labels?: ClassLabels;
  readonly seed: number;
  /** For a model of the user's: new random weights instead of the file's. */
  readonly fresh?: boolean;
}
