import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../core/errors';
import { looksLikeScores } from '../outputs';
import type { KnownScores } from '../knownScores';
import type { ScoreBounds } from '../../core/graph/inspect/scoreBounds';
import type { ScoreValues } from '../../core/graph/inspect/scoreValues';

/** A model built on the current backend, its final softmax or sigmoid taken off. */
export interface Network {
  /** Of its input without the batch; null: open. */
  readonly inputShape: readonly (number | null)[];
  /** The activation that was taken off; `logits`: none was. */
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
  /** What the structure says of scores that nothing was taken off of. */
  readonly values: ScoreValues;
  /** Between which numbers the structure keeps them. */
  readonly bounds?: ScoreBounds | undefined;
  readonly parameters: number;
  readonly warnings: readonly string[];
  /** Raw outputs, count × outputs, of a batch in the model's own layout; to be called inside a tidy. */
  forward(batch: Tensor4D): Tensor;
  dispose(): void;
}

/**
 * Facts of the scores `index` off which `stripped` was taken: what could not be taken off here still says what they are, and
 * `probabilities` makes of the output the probabilities that it stands for.
 */
export function strippedScores(
  stripped: 'logits' | 'softmax' | 'sigmoid',
  index: number,
  { activation = 'logits', values, bounds, form }: KnownScores,
): Pick<Network, 'activation' | 'values' | 'bounds'> & { readonly probabilities: (scores: Tensor) => Tensor } {
  const asTheyAre = (scores: Tensor): Tensor => scores;
  if (stripped !== 'logits') return { activation: stripped, values: 'open', probabilities: asTheyAre };
  if (activation === 'logits')
    return { activation: 'logits', values: values[index] ?? 'unknown', bounds, probabilities: asTheyAre };
  const undo = ({ isLogarithm, factor }: NonNullable<KnownScores['form']>) => {
    const turned = (scores: Tensor): Tensor => tf.div(scores, factor);
    return isLogarithm ? (scores: Tensor): Tensor => tf.exp(turned(scores)) : turned;
  };
  return { activation: 'logits', values: 'unit', probabilities: form === undefined ? asTheyAre : undo(form) };
}

/** Scores as count × outputs. Throws `UserError('model-unsupported')` for outputs that are no scores. */
export function asScores(output: Tensor, count: number): Tensor {
  if (output.shape[0] !== count || !looksLikeScores(output.shape)) {
    throw new UserError(
      'model-unsupported',
      `The model puts out [${output.shape.join(', ')}] for ${count === 1 ? 'one picture' : `${count} pictures`}, not one score for each class.`,
      'Choose an image classifier.',
    );
  }
  return tf.reshape(tf.cast(output, 'float32'), [count, -1]);
}
