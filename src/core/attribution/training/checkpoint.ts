import type { MethodContext } from '../../method/context';
import type { ParameterValues } from '../../method/parameters';
import type { PixelImage, RawMap } from '../../image/pixels';
import type { Classifier, Scores } from '../../model/classifier';
import type { ModelInfo } from '../../model/modelInfo';
import type { MethodDescription } from '../method';

/** One configuration θₙ of a network. */
export interface CheckpointSource {
  /** Its name for messages. */
  readonly name: string;
  readonly open: () => Promise<Classifier>;
}

/** What is looked at through all checkpoints; chosen when the first one is known. */
export interface IntegrationSubject {
  readonly image: PixelImage;
  /** y of the loss. */
  readonly label: number;
}

export interface Integration {
  readonly map: RawMap;
  /** What was summed, in its order. */
  readonly visited: readonly Visit[];
  readonly warnings: readonly string[];
}

export interface Visit {
  /** Place among the sources. */
  readonly index: number;
  readonly info: ModelInfo;
  readonly loss: number;
  readonly scores: Scores;
}

/** A method that looks at one image through the model at several moments of its training. */
export interface CheckpointMethod extends MethodDescription {
  readonly run: (
    checkpoints: readonly CheckpointSource[],
    chooseSubject: (first: ModelInfo) => Promise<IntegrationSubject>,
    parameters: ParameterValues,
    context: MethodContext,
  ) => Promise<Integration>;
}
