import { CancelledError, firstClause, firstLine, UserError } from '../../core/errors';
import { NotDifferentiable } from '../../core/graph/differentiate';
import type { ModelFormat } from '../../core/model/modelInfo';
import { listCounts } from '../operators';
import { OnnxRuntimeFailure } from './onnxRuntimeFailure';

const EXPORT: Readonly<Record<ModelFormat, string>> = {
  onnx: 'Check that it is an image classifier that was exported completely, or export it with another version.',
  keras: 'Export it as ONNX instead, in Keras 3 by model.export("model.onnx", format="onnx").',
  'tfjs-layers': 'Choose the engine auto, or convert the model to ONNX.',
  'tfjs-graph': 'Choose the engine auto, or convert the model to ONNX.',
};

/** A failure while a model of `format` is read or runs forward, said for its user. */
export function explainRun(error: unknown, format: ModelFormat = 'onnx'): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const said =
    error instanceof OnnxRuntimeFailure
      ? `ONNX Runtime cannot run the model: ${firstLine(error)}`
      : `The model cannot be read: ${firstClause(error)}.`;
  return new UserError('model-unsupported', said, EXPORT[format]);
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
