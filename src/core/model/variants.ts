import { UserError } from '../errors';
import type { ModelInfo } from './modelInfo';

/** Of engines that run a network as a whole, by a derivative of their own. */
export function variantUnavailable(engine: ModelInfo['engine']): UserError {
  return new UserError(
    'gradient-unavailable',
    engine === 'onnx'
      ? "The model's file runs as it is, so the derivative of its ReLUs cannot be changed."
      : `The engine ${engine} cannot change the derivative of ReLUs.`,
    engine === 'onnx' ? 'Choose another method.' : 'Choose the engine onnx, or another method.',
  );
}
