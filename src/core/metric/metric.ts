import type { PixelImage, RawMap } from '../image/pixels';
import type { MethodContext } from '../method/context';
import { descriptionEntries } from '../method/description';
import type { MethodFunctions } from '../method/method';
import type { ParameterValues } from '../method/parameters';
import type { Classifier, Objective } from '../model/classifier';
import { type Curve, DIRECTIONS } from '../result/measurement';
import { choice, object, possible, text } from '../schema/kinds';
import { number } from '../schema/numbers';
import type { Of } from '../schema/schema';

/** What is said of a metric. */
export const metricDescription = object({
  ...descriptionEntries,
  /** Which values are good. */
  better: choice(DIRECTIONS),
  /** What the value is measured in. */
  unit: text(100),
  /** Below and above which no value is, whatever is measured; absent: there is no such bound. */
  minimum: possible(number()),
  maximum: possible(number()),
  /** What the axes of its curve are; absent: it has none. */
  curve: possible(object({ x: text(100), y: text(100) })),
});

export type MetricDescription = Of<typeof metricDescription>;

/**
 * A metric: a function of a classifier and maps, each with its image and goal, that returns a number for each, in their order. What
 * is found of a map does not depend on the others, to rounding. `cost` is that of one map.
 */
export interface Metric extends MetricDescription, MethodFunctions {
  readonly run: (
    classifier: Classifier,
    subjects: readonly MetricSubject[],
    parameters: ParameterValues,
    context: MetricContext,
  ) => Promise<readonly MetricOutcome[]>;
}

/** What is drawn belongs to the images, not to the run. */
export type MetricContext = Omit<MethodContext, 'seed' | 'partial'>;

export interface MetricSubject {
  readonly image: PixelImage;
  /** What the map is for. */
  readonly objective: Objective;
  /** What is measured: raw and signed; of a layer in its own height and width. */
  readonly map: RawMap;
  /** Maps of other images of the same shape for the same objective, each made the way `map` was, in their order. */
  readonly attribute: (images: readonly PixelImage[], context: MetricContext) => Promise<readonly RawMap[]>;
  /** Whether `attribute` asks no model, as that of controls, and so takes no time worth telling. */
  readonly asksNothing?: boolean;
  /** Of every random draw for this image. */
  readonly seed: number;
}

export interface MetricOutcome {
  /** NaN: it could not be measured, and a warning says why. */
  readonly value: number;
  readonly curve?: Curve;
  readonly warnings: readonly string[];
}
