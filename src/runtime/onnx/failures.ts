import { CancelledError, firstLine, UserError } from '../../core/errors';
import { NotDifferentiable } from '../../core/graph/differentiate';
import { listCounts } from '../operators';

/** A failure while the model runs forward, said for its user. */
export function explainRun(error: unknown): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  return new UserError(
    'model-unsupported',
    `ONNX Runtime cannot run the model: ${firstLine(error)}`,
    'Check that it is an image classifier that was exported completely, or choose another engine.',
  );
}

/** A failure while the model is differentiated, said for its user and naming the operators. */
export function explainDerivative(error: unknown): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  if (error instanceof NotDifferentiable) {
    return new UserError(
      'gradient-unavailable',
      `The model cannot be differentiated: ${listCounts(error.operators)}.`,
      'Predictions and methods that need no gradient still work.',
    );
  }
  return new UserError(
    'gradient-unavailable',
    `The gradient of the model failed: ${firstLine(error)}`,
    'Predictions and methods that need no gradient still work; another engine may be able to differentiate it.',
  );
}
