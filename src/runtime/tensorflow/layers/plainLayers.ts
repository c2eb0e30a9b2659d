import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { isDifferentiating } from '../tape';
import type { CallableLayer, ConvolutionLayer, NormalisationLayer } from './internals';
import { firstTensor, inChannelsLast } from './internals';

/** Frees what the plain layers keep besides the model's own weights. */
export interface PlainLayers {
  dispose(): void;
}

interface Affine {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** Activations that TensorFlow.js takes apart by itself while differentiating. */
const UNFUSED_BY_ITSELF = new Set(['relu', 'elu']);

/**
 * Replaces the computation of some layers of a loaded model by the same out of plain operations.
 *
 * Fused convolutions and products without activation compute the gradient of their weights in every backward pass, needed or
 * not; batch normalisation without scale or offset cannot be differentiated at all, and along another axis than the last is
 * computed wrongly; depthwise layers ignore their dilation. Other forward passes without gradient keep the fused kernels. A ReLU of maximum 6 becomes TensorFlow's Relu6, one operation.
 *
 * `fixed`: weights never change, so that normalisations can be worked out once; otherwise they are left as they are.
 */
export function makePlain(list: readonly layers.Layer[], fixed = true): PlainLayers {
  const kept: Tensor[] = [];
  for (const layer of list) {
    const className = layer.getClassName();
    const convolution = layer as unknown as ConvolutionLayer;
    if (className === 'Conv2D') differentiateBy(convolution, plainConvolution);
    else if (className === 'Dense') differentiateBy(convolution, plainDense);
    else if (className === 'DepthwiseConv2D') {
      convolution.call = (inputs) => tf.tidy(() => depthwise(convolution, firstTensor(inputs) as Tensor4D));
    } else if (className === 'BatchNormalization' && fixed) {
      const normalisation = layer as unknown as NormalisationLayer;
      const affine = affineOf(normalisation);
      kept.push(affine.scale, affine.shift);
      normalisation.call = (inputs) => tf.tidy(() => normalised(normalisation, affine, firstTensor(inputs)));
    } else if (className === 'ReLU' && (layer as unknown as { maxValue?: number | null }).maxValue === 6) {
      (layer as unknown as CallableLayer).call = (inputs) => tf.relu6(firstTensor(inputs));
    }
  }
  return { dispose: () => tf.dispose(kept) };
}

function differentiateBy<L extends CallableLayer>(layer: L, plain: (layer: L, x: Tensor) => Tensor): void {
  const original = layer.call.bind(layer);
  layer.call = (inputs, options) => {
    const name = layer.activation?.getClassName() ?? 'linear';
    if (!isDifferentiating() || UNFUSED_BY_ITSELF.has(name)) return original(inputs, options);
    return tf.tidy(() => plain(layer, firstTensor(inputs)));
  };
}

function plainConvolution(layer: ConvolutionLayer, x: Tensor): Tensor {
  const { strides, padding, dilationRate } = layer;
  return convolved(layer, x as Tensor4D, (last) =>
    tf.conv2d(last, layer.kernel.read() as Tensor4D, strides, padding, 'NHWC', dilationRate),
  );
}

function depthwise(layer: ConvolutionLayer, x: Tensor4D): Tensor {
  const { strides, padding, dilationRate } = layer;
  return convolved(layer, x, (last) =>
    tf.depthwiseConv2d(last, layer.depthwiseKernel.read() as Tensor4D, strides, padding, 'NHWC', dilationRate),
  );
}

function convolved(layer: ConvolutionLayer, x: Tensor4D, convolve: (x: Tensor4D) => Tensor): Tensor {
  const y = inChannelsLast(layer.dataFormat, x, (last) => {
    const each = convolve(last);
    return layer.bias ? tf.add(each, layer.bias.read()) : each;
  });
  return activated(layer, y);
}

function plainDense(layer: ConvolutionLayer, x: Tensor): Tensor {
  const kernel = layer.kernel.read() as Tensor2D;
  const [inputs, units] = kernel.shape;
  const rows = tf.reshape(x, [-1, inputs]);
  let y: Tensor = tf.matMul(rows, kernel);
  if (layer.bias) y = tf.add(y, layer.bias.read());
  return activated(layer, tf.reshape(y, [...x.shape.slice(0, -1), units]));
}

/** γ/√(σ² + ε) and β − μ·γ/√(σ² + ε). */
function affineOf(layer: NormalisationLayer): Affine {
  return tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(layer.movingVariance.read(), layer.epsilon));
    const scale = layer.gamma ? tf.mul(inverse, layer.gamma.read()) : inverse;
    const negative = tf.neg(tf.mul(layer.movingMean.read(), scale));
    const shift = layer.beta ? tf.add(negative, layer.beta.read()) : negative;
    return { scale: tf.keep(scale), shift: tf.keep(shift) };
  });
}

function normalised(layer: NormalisationLayer, { scale, shift }: Affine, x: Tensor): Tensor {
  const axis = layer.axis < 0 ? layer.axis + x.rank : layer.axis;
  if (axis === x.rank - 1) return tf.add(tf.mul(x, scale), shift);
  const shape = x.shape.map((length, i) => (i === axis ? length : 1));
  return tf.add(tf.mul(x, tf.reshape(scale, shape)), tf.reshape(shift, shape));
}

function activated(layer: CallableLayer, y: Tensor): Tensor {
  return layer.activation ? layer.activation.apply(y) : y;
}
