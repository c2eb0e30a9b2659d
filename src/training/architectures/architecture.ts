import { list, object, possible, text } from '../../core/schema/kinds';
import { count, measured } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';
import type { LayersModel } from '../../core/model/trainableNetwork';

/** What is said of a network that can be trained from nothing. */
export const architectureDescription = object({
  /** Public name: command line, records, docs. */
  id: text(100),
  label: text(),
  /** One sentence. */
  summary: text(),
  /** Paper or text that defines it. */
  source: text(),
  /** Smallest side of a picture that it takes. */
  minimumSide: count,
});

export type ArchitectureDescription = Of<typeof architectureDescription>;

/** A network that can be trained from nothing. */
export interface Architecture extends ArchitectureDescription {
  /** The network for pictures of this size, with seeded initial weights. Throws `UserError('parameter')` for sizes below. */
  readonly build: (input: PictureSize, classes: number, seed: number) => LayersModel;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

const layerSummary = object({
  name: text(),
  type: text(),
  /** Without the batch: [height, width, channels] or [units]. */
  output: list(measured),
  parameters: count,
});

/** What is shown before training starts; plain JSON. */
export const networkSummary = object({
  name: text(),
  layers: list(layerSummary),
  parameters: count,
  trainableParameters: count,
  /** What of the model is not trained as it asks for; sentences. */
  warnings: possible(list(text())),
});

export type NetworkSummary = Of<typeof networkSummary>;
export type LayerSummary = NetworkSummary['layers'][number];

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
