import { CancelledError, firstClause, firstLine, UserError } from '../../core/errors';
import { NotDifferentiable } from '../../core/graph/differentiate';
import type { ModelFormat } from '../../core/model/modelInfo';
import { shownName } from '../../formats/models/onnx/onnxTensor';
import { listCounts } from '../operators';
import { OnnxRuntimeFailure } from './onnxRuntimeFailure';

const EXPORT: Readonly<Record<ModelFormat, string>> = {
  onnx: 'Check it in Python with onnx.checker.check_model, and export it again if that fails.',
  keras: 'Export it as ONNX instead, in Keras 3 by model.export("model.onnx", format="onnx").',
  tflite: 'Export the model that it was made from as ONNX or as a Keras file.',
  'tfjs-layers': 'Choose the engine auto, or convert the model to ONNX.',
  'tfjs-graph': 'Choose the engine auto, or convert the model to ONNX.',
};

/** A failure while a model of `format` is read or runs forward, said for its user. */
export function explainRun(error: unknown, format: ModelFormat = 'onnx'): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  if (error instanceof OnnxRuntimeFailure) return refusedByLibrary(error, format);
  return new UserError('model-unsupported', `The model cannot be read: ${firstClause(error)}.`, EXPORT[format]);
}

/** What ONNX Runtime says, in words of ours: its own speak of its insides. They stay with the error as its cause. */
function refusedByLibrary(error: OnnxRuntimeFailure, format: ModelFormat): UserError {
  const said = error.message;
  const operator =
    /error: ([^:]*):(.*)\(-?\d+\) is not a registered/s.exec(said) ??
    /No Op registered for ()(.+) with domain_version/s.exec(said);
  const refused = (message: string, hint: string): UserError =>
    Object.assign(new UserError('model-unsupported', message, hint), { cause: error });
  if (operator)
    return refused(
      `ONNX Runtime does not have the operator ${shownName([operator[1], operator[2]].filter(Boolean).join('.'))} that the model needs.`,
      'Export the model with operators of ONNX alone.',
    );
  if (/bad_alloc|alloc.* memory|out of memory/i.test(said))
    return refused('There is not enough memory to run the model.', 'Close other programs, or choose a smaller model.');
  if (/ShapeInference|mismatch|incompatible dimension|dimensions? (of|must)|cannot be reshaped|broadcast/i.test(said))
    return refused('ONNX Runtime cannot run the model: sizes of its values do not fit one another.', EXPORT[format]);
  return refused('ONNX Runtime cannot run the model.', EXPORT[format]);
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
    `The gradient of the model failed${error instanceof OnnxRuntimeFailure ? '' : `: ${firstLine(error)}`}`,
    'Predictions and methods that need no gradient still work; another engine may be able to differentiate it.',
  );
}
