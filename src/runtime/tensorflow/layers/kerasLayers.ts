import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { convolutionGeometry } from '../kernels/geometry';
import { convolutionInputGradient } from '../kernels/inputGradient';
import type { ConvolutionLayer } from './internals';
import { firstTensor, inChannelsLast } from './internals';

type Shape = (number | null)[];
type Configuration = Readonly<Record<string, unknown>>;

/** What a layer does otherwise than TensorFlow.js's of the same name. */
interface Change {
  call?(inputs: Tensor | Tensor[], options: Record<string, unknown>): Tensor | Tensor[];
  computeOutputShape?(inputShape: Shape | Shape[]): Shape | Shape[];
  readonly inputSpec?: object[];
}

type StockLayer = layers.Layer & Record<string, unknown>;

/** How the layer differs; `config` as its file has it, keys in camel case. Nothing where TensorFlow.js has it right. */
type Difference = (layer: StockLayer, config: Configuration) => Change;

/** Layers that TensorFlow.js 4.22 computes otherwise than Keras, or refuses to build. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  // Pictures only, though Keras also takes vectors.
  Flatten: () => ({ inputSpec: [new tfl.InputSpec({ minNDim: 2 })] }),
  UpSampling2D: upSampling,
  Resizing: resizing,
  CenterCrop: centerCrop,
  Softmax: softmax,
  Conv1D: convolution1d,
  Conv2DTranspose: transposedConvolution,
  DepthwiseConv2D: (layer) => ({
    computeOutputShape: (inputShape) => depthwiseShape(layer as unknown as DepthwiseLayer, inputShape as Shape),
  }),
  SeparableConv2D: (layer) => separableConvolution(layer as unknown as SeparableLayer),
  LayerNormalization: (layer) => ({
    call: (x) => layerNormalised(layer as unknown as LayerNormalisation, firstTensor(x)),
  }),
};

/** Puts the layers that Keras computes otherwise in place of TensorFlow.js's own. */
export function registerKerasLayers(): void {
  for (const [className, difference] of Object.entries(DIFFERENCES)) {
    tf.serialization.registerClass(changed(className, difference));
  }
}

function changed(className: string, difference: Difference): tf.serialization.SerializableConstructor<layers.Layer> {
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  const Stock = known[className]![0] as unknown as new (config: Configuration) => layers.Layer;
  return class extends Stock {
    static readonly className = className;

    constructor(config: Configuration) {
      super(config);
      Object.assign(this, difference(this as unknown as StockLayer, config));
    }
  } as unknown as tf.serialization.SerializableConstructor<layers.Layer>;
}

/** Keras takes pixels as areas (half-pixel centres); TensorFlow.js, and models that it wrote, as points at their corner. */
function upSampling(layer: StockLayer, { halfPixelCenters, interpolation }: Configuration): Change {
  if (interpolation !== 'bilinear' || halfPixelCenters === false) return {};
  const [rows, columns] = layer.size as [number, number];
  return {
    call: (inputs) =>
      inChannelsLast(layer.dataFormat, firstTensor(inputs) as Tensor4D, (x) =>
        tf.image.resizeBilinear(x, [x.shape[1] * rows, x.shape[2] * columns], false, true),
      ),
  };
}

function resizing(_: StockLayer, { height, width, interpolation, dataFormat }: Configuration): Change {
  const size: [number, number] = [Number(height), Number(width)];
  const resize = interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
  return {
    computeOutputShape: (inputShape) => withSides(inputShape as Shape, size, dataFormat),
    call: (inputs) =>
      inChannelsLast(dataFormat, firstTensor(inputs) as Tensor4D, (x) =>
        x.shape[1] === size[0] && x.shape[2] === size[1] ? tf.clone(x) : resize(x, size, false, true),
      ),
  };
}

function centerCrop(layer: StockLayer, { height, width, dataFormat }: Configuration): Change {
  const size: [number, number] = [Number(height), Number(width)];
  return {
    computeOutputShape: (inputShape) => {
      const sides = dataFormat === 'channelsFirst' ? inputShape.slice(2) : inputShape.slice(1, 3);
      if (sides.some((side, axis) => typeof side === 'number' && side < size[axis]!)) {
        throw new Error(`The layer “${layer.name}” (CenterCrop) enlarges its input, which is not supported`);
      }
      return withSides(inputShape as Shape, size, dataFormat);
    },
    call: (inputs) =>
      inChannelsLast(dataFormat, firstTensor(inputs) as Tensor4D, (x) => {
        const [count, rows, columns, channels] = x.shape;
        const from = [0, Math.floor((rows - size[0]) / 2), Math.floor((columns - size[1]) / 2), 0];
        return tf.slice(x, from, [count, ...size, channels]);
      }),
  };
}

function withSides([count = null, ...rest]: Shape, size: [number, number], dataFormat: unknown): Shape {
  return dataFormat === 'channelsFirst' ? [count, rest[0] ?? null, ...size] : [count, ...size, rest[2] ?? null];
}

/** exp(x − log Σ exp x): TensorFlow.js's own softmax knows the last axis only. */
function softmax(layer: StockLayer, { axis }: Configuration): Change {
  const axes = Array.isArray(axis) ? (axis as number[]) : typeof axis === 'number' ? [axis] : [-1];
  const stock = layer.call.bind(layer);
  return {
    call: (inputs, options) => {
      const x = firstTensor(inputs);
      const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === x.rank - 1);
      if (axes.length > 1 || isLast) return stock(inputs, options);
      return tf.tidy(() => tf.exp(tf.sub(x, tf.logSumExp(x, axes, true))));
    },
  };
}

interface Convolution1d extends Omit<ConvolutionLayer, 'strides' | 'dilationRate' | 'padding'> {
  readonly filters: number;
  readonly kernelSize: readonly [number];
  readonly strides: readonly [number];
  readonly dilationRate: readonly [number] | number;
  readonly padding: 'valid' | 'same' | 'causal';
}

/** Causal padding, and channels first, whose result TensorFlow.js leaves in the other order. */
function convolution1d(stock: StockLayer): Change {
  const layer = stock as unknown as Convolution1d;
  const first = layer.dataFormat === 'channelsFirst';
  const causal = layer.padding === 'causal';
  if (!first && !causal) return {};
  const dilation = [layer.dilationRate].flat()[0]!;
  const span = dilation * (layer.kernelSize[0] - 1);
  const [stride] = layer.strides;
  return {
    computeOutputShape: (inputShape) => {
      const [count = null, ...rest] = inputShape as Shape;
      const length = rest[first ? 1 : 0] ?? null;
      const reach = layer.padding === 'valid' ? span : 0;
      const steps = length === null ? null : Math.ceil((length - reach) / stride);
      return first ? [count, layer.filters, steps] : [count, steps, layer.filters];
    },
    call: (inputs) =>
      tf.tidy(() => {
        let x = firstTensor(inputs) as Tensor3D;
        if (first) x = tf.transpose(x, [0, 2, 1]);
        if (causal) x = tf.pad(x, [[0, 0], [span, 0], [0, 0]]); // prettier-ignore
        const pad = layer.padding === 'same' ? 'same' : 'valid';
        let y: Tensor = tf.conv1d(x, layer.kernel.read() as Tensor3D, stride, pad, 'NWC', dilation);
        if (layer.bias) y = tf.add(y, layer.bias.read());
        if (first) y = tf.transpose(y, [0, 2, 1]);
        return layer.activation ? layer.activation.apply(y) : y;
      }),
  };
}

interface TransposedLayer extends ConvolutionLayer {
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
}

/** With dilation and output padding, which TensorFlow.js passes over. */
function transposedConvolution(stock: StockLayer, { outputPadding }: Configuration): Change {
  const layer = stock as unknown as TransposedLayer;
  const { dilationRate: dilations, strides, padding, kernelSize } = layer;
  const extra = typeof outputPadding === 'number' ? [outputPadding, outputPadding] : (outputPadding as number[] | null);
  if (!extra && dilations.every((rate) => rate === 1)) return {};
  if (strides.some((stride) => stride > 1) && dilations.some((rate) => rate > 1)) {
    throw new Error(
      `The layer “${stock.name}” (Conv2DTranspose) has both strides and dilation, which is not supported`,
    );
  }
  const sideOf = (input: number, axis: 0 | 1): number => {
    const span = dilations[axis] * (kernelSize[axis] - 1) + 1;
    const same = padding === 'same';
    if (extra) return strides[axis] * (input - 1) + span + extra[axis]! - (same ? 2 * Math.floor(span / 2) : 0);
    return same ? input * strides[axis] : input * strides[axis] + Math.max(span - strides[axis], 0);
  };
  return {
    computeOutputShape: (inputShape) => {
      const [count = null, ...rest] = inputShape as Shape;
      const first = layer.dataFormat === 'channelsFirst';
      const sides = rest
        .slice(...(first ? [1, 3] : [0, 2]))
        .map((side, axis) => (side === null ? null : sideOf(side, axis as 0 | 1)));
      return first ? [count, layer.filters, ...sides] : [count, ...sides, layer.filters];
    },
    call: (inputs) =>
      tf.tidy(() => {
        const y = inChannelsLast(layer.dataFormat, firstTensor(inputs) as Tensor4D, (x) => {
          const [count, rows, columns] = x.shape;
          const shape: [number, number, number, number] = [count, sideOf(rows, 0), sideOf(columns, 1), layer.filters];
          const kernel = layer.kernel.read() as Tensor4D;
          const isDilated = dilations.some((rate) => rate > 1);
          // A transposed convolution is the input gradient of the convolution that makes its input of its output.
          const geometry = convolutionGeometry(shape, kernel.shape, { strides, pad: padding, dilations }, false);
          const whole = isDilated
            ? convolutionInputGradient(x, kernel, geometry, false)
            : tf.conv2dTranspose(x, kernel, shape, strides, padding);
          return layer.bias ? tf.add(whole, layer.bias.read()) : whole;
        });
        return layer.activation ? layer.activation.apply(y) : y;
      }),
  };
}

interface DepthwiseLayer extends ConvolutionLayer {
  readonly kernelSize: readonly [number, number];
  readonly depthMultiplier: number;
}

function depthwiseShape(layer: DepthwiseLayer, [count = null, ...rest]: Shape): Shape {
  const first = layer.dataFormat === 'channelsFirst';
  const side = (length: number | null | undefined, axis: 0 | 1): number | null => {
    if (length === null || length === undefined) return null;
    const reach = layer.padding === 'same' ? 0 : layer.dilationRate[axis] * (layer.kernelSize[axis] - 1);
    return Math.ceil((length - reach) / layer.strides[axis]);
  };
  const channels = (first ? rest[0] : rest[2]) ?? null;
  const made = channels === null ? null : channels * layer.depthMultiplier;
  return first ? [count, made, side(rest[1], 0), side(rest[2], 1)] : [count, side(rest[0], 0), side(rest[1], 1), made];
}

interface SeparableLayer extends ConvolutionLayer {
  readonly pointwiseKernel: ConvolutionLayer['kernel'];
}

/** Channels first: TensorFlow.js adds the offset along another axis than the channels'. */
function separableConvolution(layer: SeparableLayer): Change {
  if (layer.dataFormat !== 'channelsFirst') return {};
  return {
    call: (inputs) =>
      tf.tidy(() => {
        const y = inChannelsLast(layer.dataFormat, firstTensor(inputs) as Tensor4D, (x) => {
          const [depthwise, pointwise] = [layer.depthwiseKernel, layer.pointwiseKernel].map(
            (kernel) => kernel.read() as Tensor4D,
          );
          const { strides, padding, dilationRate } = layer;
          const each = tf.separableConv2d(x, depthwise!, pointwise!, strides, padding, dilationRate, 'NHWC');
          return layer.bias ? tf.add(each, layer.bias.read()) : each;
        });
        return layer.activation ? layer.activation.apply(y) : y;
      }),
  };
}

interface LayerNormalisation {
  readonly axis: readonly number[];
  readonly epsilon: number;
  readonly gamma: ConvolutionLayer['kernel'] | null;
  readonly beta: ConvolutionLayer['kernel'] | null;
}

/** γ·(x − μ)/√(σ² + ε) + β; TensorFlow.js's cannot be differentiated without γ and β. */
function layerNormalised(layer: LayerNormalisation, x: Tensor): Tensor {
  const shape = x.shape.map((side, axis) => (layer.axis.includes(axis) ? side : 1));
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, [...layer.axis], true);
    let y: Tensor = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, layer.epsilon)));
    if (layer.gamma) y = tf.mul(y, tf.reshape(layer.gamma.read(), shape));
    return layer.beta ? tf.add(y, tf.reshape(layer.beta.read(), shape)) : y;
  });
}
