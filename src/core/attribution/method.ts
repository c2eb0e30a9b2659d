import type { PixelImage, RawMap } from '../image/pixels';
import type { MethodContext } from '../method/context';
import type { ParameterDeclaration, ParameterValues } from '../method/parameters';
import type { Classifier, Objective, Scores } from '../model/classifier';

/** An attribution method: a function of a classifier and an image that returns a raw signed map of the image's shape. */
export interface AttributionMethod {
  /** Public name: settings, records, command line, docs. */
  readonly id: string;
  readonly label: string;
  /** One sentence. */
  readonly summary: string;
  readonly formula: string;
  /** Paper or text that defines it. */
  readonly source: string;
  /** False for methods that call the model only forward. */
  readonly needsGradient: boolean;
  /** How the map is meant to be looked at first. */
  readonly display: 'diverging' | 'sequential';
  readonly parameters: readonly ParameterDeclaration[];
  readonly run: (
    classifier: Classifier,
    image: PixelImage,
    objective: Objective,
    parameters: ParameterValues,
    context: MethodContext,
  ) => Promise<Attribution>;
}

export interface Attribution {
  readonly map: RawMap;
  /** Scores of the image itself. */
  readonly scores: Scores;
  /** The objective's value at the image. */
  readonly value: number;
  /** Σ map − (f(image) − f(baseline)) for methods that promise completeness. */
  readonly delta?: number;
  readonly warnings: readonly string[];
}
