import { UserError } from '../core/errors';
import { worstDifference } from '../core/evaluation/quickDifferences';
import type { Classifier } from '../core/model/classifier';

/** Relative errors of a gradient up to which it is taken, and up to which it is taken with a warning. */
const AGREE = 0.02;
const SIMILAR = 0.1;

/** What differences of a classifier's own scores say of its gradient. */
export type GradientVerdict =
  | { readonly refused: undefined; readonly warnings: readonly string[] }
  /** Why, as the end of a sentence; the classifier that is left, which only predicts. */
  | { readonly refused: string; readonly classifier: Classifier };

/** What an engine is called in sentences ("the engine wasm"), and what to do where its gradient is wrong. */
export interface Spoken {
  readonly called: string;
  readonly hint: string;
}

/**
 * Holds the gradient of an engine to differences of its own scores by `measure`: a relative error up to 2 % is taken, up to 10 %
 * with a warning, beyond that the gradient is refused; undefined: rounding hides it.
 */
export async function judgeGradient(
  classifier: Classifier,
  { called, hint }: Spoken,
  measure: (classifier: Classifier) => Promise<number | undefined> = worstDifference,
): Promise<GradientVerdict> {
  const { engine } = classifier.info;
  let difference: number | undefined;
  try {
    difference = await measure(classifier);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'gradient-unavailable') throw error;
    const warned = withWarnings(classifier, `The model predicts but cannot be differentiated: ${error.message}`);
    return { refused: `${engine} cannot differentiate this model`, classifier: warned };
  }
  if (difference === undefined) {
    const warning = `Gradients of ${called} could not be checked: none is large enough to be told from rounding.`;
    return { refused: undefined, warnings: [warning] };
  }
  if (difference <= AGREE) return { refused: undefined, warnings: [] };
  const percent = `${(difference * 100).toPrecision(2)} %`;
  if (difference <= SIMILAR) {
    const warning = `Gradients of ${called} differ from differences of its scores by ${percent}: they are wrong, or the network bends sharply.`;
    return { refused: undefined, warnings: [warning] };
  }
  const error = new UserError(
    'gradient-unavailable',
    `The gradient of ${called} is wrong for this model: ${Number.isFinite(difference) ? `it differs from differences of its scores by ${percent}` : 'it is not finite'}.`,
    hint,
  );
  return {
    refused: `the gradient of ${engine} is wrong for this model`,
    classifier: predictionsOnly(classifier, error),
  };
}

/** The classifier, its gradient refused. */
function predictionsOnly(classifier: Classifier, error: UserError): Classifier {
  const warned = withWarnings(classifier, error.message);
  return { ...warned, gradient: () => Promise.reject(error) };
}

export function withWarnings(classifier: Classifier, ...warnings: readonly string[]): Classifier {
  const { info } = classifier;
  return { ...classifier, info: { ...info, warnings: [...info.warnings, ...warnings] } };
}
