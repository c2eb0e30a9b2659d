import type { PixelImage, RawMap } from '../../core/image/pixels';
import type { Classifier, Scores } from '../../core/model/classifier';
import type { ModelInfo } from '../../core/model/modelInfo';

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
