import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The parts of TensorFlow.js's layers that are used here but not public in its types. */
export interface CallableLayer {
  activation?: ActivationFunction | null;
  readonly axis?: number | readonly number[];
  call(inputs: Tensor | Tensor[], options: Record<string, unknown>): Tensor | Tensor[];
}

export interface ActivationFunction {
  apply(x: Tensor): Tensor;
  getClassName(): string;
  getConfig(): object;
}

export interface ConvolutionLayer extends CallableLayer {
  readonly kernel: LayerVariable;
  readonly depthwiseKernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly strides: [number, number];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: 'channelsLast' | 'channelsFirst';
  readonly dilationRate: [number, number];
}

export interface NormalisationLayer extends CallableLayer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable | null;
  readonly beta?: LayerVariable | null;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

export interface DropoutLayer extends CallableLayer {
  readonly rate: number;
  readonly noiseShape?: readonly (number | null)[] | null;
}

/** A model that serves as a layer of another one. */
export interface ModelLayer extends layers.Layer {
  readonly layers: layers.Layer[];
  readonly outputs: SymbolicTensor[];
}

/** True for models nested in a model. */
export function isModelLayer(layer: layers.Layer): layer is ModelLayer {
  return Array.isArray((layer as Partial<ModelLayer>).layers) && Array.isArray((layer as Partial<ModelLayer>).outputs);
}

/** All layers, those of nested models included, without the nested models themselves. */
export function allLayers(list: readonly layers.Layer[]): layers.Layer[] {
  return list.flatMap((layer) => (isModelLayer(layer) ? allLayers(layer.layers) : [layer]));
}

/** The single input of a layer's call. */
export function firstTensor(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

/** What `compute` makes of pictures whose channels come last, in the layer's own order. */
export function inChannelsLast(dataFormat: unknown, x: Tensor4D, compute: (x: Tensor4D) => Tensor): Tensor {
  if (dataFormat !== 'channelsFirst') return compute(x);
  return tf.tidy(() => tf.transpose(compute(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]));
}
