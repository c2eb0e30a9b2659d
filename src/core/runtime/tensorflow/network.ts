import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors';
import { looksLikeScores } from '../outputs';
import type { InputShape } from '../../model/modelInput';
import type { ModelOutput } from '../../model/modelInfo';

/** A model built on the current backend, its final softmax or sigmoid taken off. */
export interface Network {
  readonly input: InputShape;
  readonly activation: ModelOutput['activation'];
  readonly parameters: number;
  readonly warnings: readonly string[];
  /** Raw outputs, count × outputs, of a batch in the model's own layout; to be called inside a tidy. */
  forward(batch: Tensor4D): Tensor;
  dispose(): void;
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
