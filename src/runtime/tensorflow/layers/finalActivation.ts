import type { Tensor } from '@tensorflow/tfjs-core';
import { clone } from '@tensorflow/tfjs-core';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ActivationFunction, CallableLayer, ModelLayer } from './internals';
import { firstTensor, isModelLayer } from './internals';

/** Layers that at inference hand their input on, at most in another shape. */
const TRANSPARENT = new Set([
  ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
  ...['Identity', 'ActivityRegularization', 'Flatten', 'Reshape'],
]);

const LINEAR: ActivationFunction = { apply: (x) => x, getClassName: () => 'linear', getConfig: () => ({}) };
const FINAL: Readonly<Record<string, 'softmax' | 'sigmoid'>> = {
  softmax: 'softmax',
  logSoftmax: 'softmax',
  sigmoid: 'sigmoid',
};

export interface FinalActivation {
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
  /** Takes the activation off, in place: the model then puts out logits. */
  strip(): void;
}

/**
 * Finds the softmax or sigmoid that produces `output`, in whatever layer and however deeply nested, by following the output
 * back through layers that change nothing. A layer that is used twice is left alone (`activation: 'logits'`, nothing to strip).
 */
export function findFinalActivation(output: SymbolicTensor): FinalActivation {
  const none: FinalActivation = { activation: 'logits', strip: () => undefined };
  let tensor: SymbolicTensor | undefined = output;
  const seen = new Set<number>();
  while (tensor !== undefined && !seen.has(tensor.id)) {
    seen.add(tensor.id);
    const layer: layers.Layer = tensor.sourceLayer;
    const callable = layer as unknown as CallableLayer;
    const className = layer.getClassName();
    if (isModelLayer(layer)) {
      tensor = innerOutput(layer, tensor);
      continue;
    }
    const name = callable.activation?.getClassName();
    if (TRANSPARENT.has(className) || (className === 'Activation' && name === 'linear')) {
      tensor = layer.inboundNodes[tensor.nodeIndex]?.inputTensors[0];
      continue;
    }
    if (layer.inboundNodes.length > 1) return none;
    if (className === 'Softmax')
      return isLastAxis(callable.axis, tensor) && isOneAnswer(tensor) ? found('softmax', callable) : none;
    const activation = name === undefined ? undefined : FINAL[name];
    if (activation === 'softmax' && !isOneAnswer(tensor)) return none;
    return activation === undefined ? none : found(activation, callable);
  }
  return none;
}

function found(activation: 'softmax' | 'sigmoid', layer: CallableLayer): FinalActivation {
  return {
    activation,
    strip() {
      if (layer.activation) layer.activation = LINEAR;
      else layer.call = (inputs: Tensor | Tensor[]) => clone(firstTensor(inputs));
    },
  };
}

function innerOutput(model: ModelLayer, outer: SymbolicTensor): SymbolicTensor | undefined {
  const inner = model.outputs[outer.outputTensorIndex ?? 0] ?? model.outputs[0];
  return inner === outer ? undefined : inner;
}

/** Does a softmax over the last axis run over all numbers of a picture, or over groups of them? */
function isOneAnswer({ shape }: SymbolicTensor): boolean {
  return shape.slice(1, -1).every((length) => length === 1);
}

function isLastAxis(axis: number | readonly number[] | undefined, tensor: SymbolicTensor): boolean {
  const axes = axis === undefined ? [-1] : typeof axis === 'number' ? [axis] : axis;
  return axes.length === 1 && (axes[0] === -1 || axes[0] === tensor.shape.length - 1);
}
