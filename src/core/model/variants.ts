import { UserError } from '../errors';
import type { ModelChange } from './classifier';
import type { ModelInfo } from './modelInfo';

/** Of engines that run a network as a whole, by a derivative of their own. */
export function variantUnavailable(engine: ModelInfo['engine'], { kind }: ModelChange): UserError {
  const what = REFUSED[kind];
  return new UserError(
    'gradient-unavailable',
    engine === 'onnx'
      ? `The model's file runs as it is, so ${what}.`
      : `The engine ${engine} runs a model as it is, so ${what}.`,
    engine === 'onnx' ? 'Choose another method.' : 'Choose the engine onnx, or another method.',
  );
}

const REFUSED: Readonly<Record<ModelChange['kind'], string>> = {
  rule: 'the derivative of its ReLUs cannot be changed',
  randomised: 'the weights of its layers cannot be changed',
  tail: 'it cannot be run from a layer on',
};
