import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { firstTensor } from './internals';

type Shape = (number | null)[];
type Configuration = ConstructorParameters<typeof tfl.layers.Layer>[0] & Record<string, unknown>;

/** Layers that only do something while training; at inference their output is their input. */
abstract class InferenceIdentity extends tfl.layers.Layer {
  /** Of SpatialDropout2D. */
  readonly rate: number;

  constructor(config: Configuration) {
    super(config);
    this.rate = typeof config.rate === 'number' ? config.rate : 0;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.clone(firstTensor(inputs));
  }
}

function inferenceIdentity(className: string): tf.serialization.SerializableConstructor<InferenceIdentity> {
  const layer = class extends InferenceIdentity {
    static readonly className = className;
  };
  return layer;
}

/** Keras's Normalization: (x − mean) / max(√variance, 10⁻⁷) with statistics from the data, along the last axis. */
class Normalization extends tfl.layers.Layer {
  static readonly className = 'Normalization';
  private mean: LayerVariable | undefined;
  private variance: LayerVariable | undefined;
  private readonly fixed: { readonly mean: tf.TensorLike; readonly variance: tf.TensorLike } | undefined;
  private readonly invert: boolean;

  constructor(config: Configuration) {
    super(config);
    const { mean, variance } = config;
    if (Array.isArray(mean) && Array.isArray(variance)) {
      this.fixed = { mean: mean as tf.TensorLike, variance: variance as tf.TensorLike };
    }
    this.invert = config.invert === true;
    const axis = Array.isArray(config.axis) ? (config.axis as number[]) : [config.axis ?? -1];
    if (axis.length !== 1) throw new Error('Normalization along several axes is not supported.');
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const channels = shape.at(-1) ?? null;
    if (this.fixed === undefined) {
      this.mean = this.addWeight('mean', [channels], 'float32', tfl.initializers.zeros(), undefined, false);
      this.variance = this.addWeight('variance', [channels], 'float32', tfl.initializers.ones(), undefined, false);
    }
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.tidy(() => {
      const mean = this.mean?.read() ?? tf.tensor(this.fixed!.mean);
      const deviation = tf.maximum(tf.sqrt(this.variance?.read() ?? tf.tensor(this.fixed!.variance)), 1e-7);
      const x = firstTensor(inputs);
      return this.invert ? tf.add(tf.mul(x, deviation), mean) : tf.div(tf.sub(x, mean), deviation);
    });
  }
}

class Subtract extends tfl.layers.Layer {
  static readonly className = 'Subtract';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return inputShape[0] as Shape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const [a, b] = inputs as Tensor[];
    return tf.sub(a!, b!);
  }
}

/** Global pooling that keeps height and width as sides of 1. */
abstract class GlobalPoolingKeepDims extends tfl.layers.Layer {
  private readonly axes: [number, number];

  constructor(config: Configuration) {
    super(config);
    this.axes = config.dataFormat === 'channelsFirst' ? [2, 3] : [1, 2];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return (inputShape as Shape).map((length, axis) => (this.axes.includes(axis) ? 1 : length));
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return this.reduce(firstTensor(inputs), this.axes);
  }

  protected abstract reduce(x: Tensor, axes: number[]): Tensor;
}

class GlobalAveragePooling2DKeepDims extends GlobalPoolingKeepDims {
  static readonly className = 'GlobalAveragePooling2DKeepDims';

  protected override reduce(x: Tensor, axes: number[]): Tensor {
    return tf.mean(x, axes, true);
  }
}

class GlobalMaxPooling2DKeepDims extends GlobalPoolingKeepDims {
  static readonly className = 'GlobalMaxPooling2DKeepDims';

  protected override reduce(x: Tensor, axes: number[]): Tensor {
    return tf.max(x, axes, true);
  }
}

const IDENTITIES = [
  ...['Identity', 'ActivityRegularization', 'SpatialDropout2D', 'RandomFlip', 'RandomRotation', 'RandomZoom'],
  ...['RandomTranslation', 'RandomContrast', 'RandomBrightness'],
];

let registered = false;

/** Makes the layers known that Keras has and TensorFlow.js lacks. */
function registerExtraLayers(): void {
  if (registered) return;
  registered = true;
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const name of IDENTITIES) if (!(name in known)) tf.serialization.registerClass(inferenceIdentity(name));
  for (const layer of [Normalization, Subtract, GlobalAveragePooling2DKeepDims, GlobalMaxPooling2DKeepDims]) {
    if (!(layer.className in known)) {
      tf.serialization.registerClass(layer);
    }
  }
}

/** Can a layer of this class be built. */
export function isKnownLayer(className: string): boolean {
  registerExtraLayers();
  return Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, className);
}
