import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors';
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

/** Does an output of this shape (with the batch) hold one score for each class: [n, classes], or with sides of 1 in between. */
function looksLikeScores(shape: readonly (number | null)[]): boolean {
  return (
    shape.length >= 2 && shape.slice(1).filter((length) => length !== 1).length <= 1 && !shape.slice(1).includes(null)
  );
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

/** Chooses among several outputs. Throws `UserError('model-unsupported')` if none looks like scores. */
export function chooseOutput(
  outputs: readonly { readonly name: string; readonly shape?: readonly (number | null)[]; readonly isFinal: boolean }[],
): { readonly index: number; readonly warnings: readonly string[] } {
  if (outputs.length === 1) return { index: 0, warnings: [] };
  const likely = outputs.flatMap(({ shape }, index) => (shape === undefined || looksLikeScores(shape) ? [index] : []));
  const best = likely.find((index) => outputs[index]!.isFinal) ?? likely[0];
  if (best === undefined) {
    throw new UserError(
      'model-unsupported',
      `None of the model's ${outputs.length} outputs looks like one score for each class.`,
      'Choose an image classifier.',
    );
  }
  const warning = `The model has ${outputs.length} outputs; “${outputs[best]!.name}” is taken for its scores.`;
  return { index: best, warnings: [warning] };
}
