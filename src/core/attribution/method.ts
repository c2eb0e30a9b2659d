import { choice, object } from '../schema/kinds';
import type { Of } from '../schema/schema';
import type { PixelImage, RawMap } from '../image/pixels';
import type { MethodContext } from '../method/context';
import { descriptionEntries } from '../method/description';
import type { MethodFunctions } from '../method/method';
import type { ParameterValues } from '../method/parameters';
import type { Classifier, Objective, Scores } from '../model/classifier';
import type { LayerFacts } from '../result/record';

/** What is said of an attribution method. */
export const methodDescription = object({
  ...descriptionEntries,
  /** How the map is meant to be looked at first. */
  display: choice(['diverging', 'sequential']),
});

export type MethodDescription = Of<typeof methodDescription>;

/** An attribution method: a function of a classifier and an image that returns a raw signed map, mostly of the image's shape. */
export interface AttributionMethod extends MethodDescription, MethodFunctions {
  readonly run: (
    classifier: Classifier,
    image: PixelImage,
    objective: Objective,
    parameters: ParameterValues,
    context: MethodContext<Attribution>,
  ) => Promise<Attribution>;
}

export interface Attribution {
  readonly map: RawMap;
  /** The layer that was looked at, whose height and width the map has; absent: the map has the image's. */
  readonly layer?: LayerFacts;
  /** Scores of the image itself. */
  readonly scores: Scores;
  /** The objective's value at the image. */
  readonly value: number;
  /** Values of parameters that were left to the method, which the record has instead of those given. */
  readonly chosen?: ParameterValues;
  /** Σ map − (f(image) − f(baseline)) for methods that promise completeness. */
  readonly delta?: number;
  readonly warnings: readonly string[];
}
