import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { firstTensor } from './internals';
import { registerKerasLayers } from './kerasLayers';

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

/** Keras's Normalization: (x − mean) / max(√variance, 10⁻⁷) with statistics from the data, along some axes or none. */
class Normalization extends tfl.layers.Layer {
  static readonly className = 'Normalization';
  private mean: LayerVariable | undefined;
  private variance: LayerVariable | undefined;
  private readonly fixed: { readonly mean: tf.TensorLike; readonly variance: tf.TensorLike } | undefined;
  private readonly invert: boolean;
  private readonly axes: readonly number[];

  constructor(config: Configuration) {
    super(config);
    const { mean, variance, axis } = config;
    if (isGiven(mean) && isGiven(variance)) {
      this.fixed = { mean: mean as tf.TensorLike, variance: variance as tf.TensorLike };
    }
    this.invert = config.invert === true;
    this.axes = axis === null ? [] : [(axis as number | number[] | undefined) ?? -1].flat();
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const kept = this.keptAxes(shape.length).map((axis) => shape[axis] ?? null);
    if (this.fixed === undefined) {
      this.mean = this.addWeight('mean', kept, 'float32', tfl.initializers.zeros(), undefined, false);
      this.variance = this.addWeight('variance', kept, 'float32', tfl.initializers.ones(), undefined, false);
    }
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.tidy(() => {
      const x = firstTensor(inputs);
      const kept = this.keptAxes(x.rank);
      const along = x.shape.map((side, axis) => (kept.includes(axis) ? side : 1));
      // One number may stand for all.
      const spread = (given: Tensor): Tensor => (given.size === 1 ? tf.reshape(given, []) : tf.reshape(given, along));
      const mean = spread(this.mean?.read() ?? tf.tensor(this.fixed!.mean));
      const variance = spread(this.variance?.read() ?? tf.tensor(this.fixed!.variance));
      const deviation = tf.maximum(tf.sqrt(variance), 1e-7);
      return this.invert ? tf.add(tf.mul(x, deviation), mean) : tf.div(tf.sub(x, mean), deviation);
    });
  }

  private keptAxes(rank: number): number[] {
    return this.axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) || typeof value === 'number';
}

/** a − b, with sides of 1 repeated as Keras's other merging layers do. */
function subtract(): tf.serialization.SerializableConstructor<tfl.layers.Layer> {
  const { Add } = tf.serialization.SerializationMap.getMap().classNameMap as unknown as Record<
    string,
    [typeof tfl.layers.Layer]
  >;
  return class extends Add![0] {
    static readonly className = 'Subtract';

    mergeFunction([a, b]: Tensor[]): Tensor {
      return tf.sub(a!, b!);
    }
  };
}

/** Global pooling that keeps the pooled axes as sides of 1. */
function globalPoolingKeepDims(
  className: string,
  sides: 1 | 2,
  reduce: (x: Tensor, axes: number[], keepDims: boolean) => Tensor,
): tf.serialization.SerializableConstructor<tfl.layers.Layer> {
  return class extends tfl.layers.Layer {
    static readonly className = className;
    private readonly axes: number[];

    constructor(config: Configuration) {
      super(config);
      const first = config.dataFormat === 'channelsFirst' ? 2 : 1;
      this.axes = Array.from({ length: sides }, (_, index) => first + index);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      return (inputShape as Shape).map((length, axis) => (this.axes.includes(axis) ? 1 : length));
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return reduce(firstTensor(inputs), this.axes, true);
    }
  };
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
  const extra = [
    Normalization as unknown as tf.serialization.SerializableConstructor<tfl.layers.Layer>,
    subtract(),
    ...([1, 2] as const).flatMap((sides) => [
      globalPoolingKeepDims(`GlobalAveragePooling${sides}DKeepDims`, sides, tf.mean),
      globalPoolingKeepDims(`GlobalMaxPooling${sides}DKeepDims`, sides, tf.max),
    ]),
  ];
  for (const layer of extra) if (!(layer.className in known)) tf.serialization.registerClass(layer);
  registerKerasLayers();
}

/** Can a layer of this class be built. */
export function isKnownLayer(className: string): boolean {
  registerExtraLayers();
  return Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, className);
}
