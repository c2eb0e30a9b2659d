import { UserError } from '../errors';
import type { ModelChange } from './classifier';
import type { ModelInfo } from './modelInfo';

/** Of engines that run a network as a whole, by a derivative of their own. */
export function variantUnavailable(engine: ModelInfo['engine'], { kind }: ModelChange): UserError {
  const what = kind === 'rule' ? 'the derivative of its ReLUs' : 'the weights of its layers';
  return new UserError(
    'gradient-unavailable',
    engine === 'onnx'
      ? `The model's file runs as it is, so ${what} cannot be changed.`
      : `The engine ${engine} runs a model as it is, so ${what} cannot be changed.`,
    engine === 'onnx' ? 'Choose another method.' : 'Choose the engine onnx, or another method.',
  );
}
