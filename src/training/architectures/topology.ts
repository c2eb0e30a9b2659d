import type { PictureSize } from './architecture';

/** One layer as TensorFlow.js and Keras 2 write it. */
export interface LayerConfiguration {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, number, number, object])[])[];
}

/** What a layer puts out: [height, width, channels] or [units]. */
export interface Value {
  readonly layer: string;
  readonly shape: readonly number[];
}

export interface WeightShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
  readonly activation?: 'relu' | 'linear';
  readonly bias?: boolean;
  readonly initializer: object;
}

/** A network's layers and the shapes of its weights, grown layer by layer. */
export interface Topology {
  readonly layers: readonly LayerConfiguration[];
  readonly weights: readonly WeightShape[];
  input(size: PictureSize): Value;
  convolution(name: string, x: Value, options: ConvolutionOptions): Value;
  maxPooling(name: string, x: Value, size: number, stride: number, padding?: 'same' | 'valid'): Value;
  batchNormalization(name: string, x: Value): Value;
  relu(name: string, x: Value): Value;
  add(name: string, a: Value, b: Value): Value;
  globalAverage(name: string, x: Value): Value;
  flatten(name: string, x: Value): Value;
  dropout(name: string, x: Value, rate: number): Value;
  dense(name: string, x: Value, units: number, activation: 'relu' | 'softmax', initializer: object): Value;
}

export function createTopology(): Topology {
  const layers: LayerConfiguration[] = [];
  const weights: WeightShape[] = [];

  const put = (
    className: string,
    name: string,
    inputs: readonly Value[],
    shape: readonly number[],
    config: object,
    shapes: Readonly<Record<string, readonly number[]>> = {},
  ): Value => {
    const nodes = inputs.length === 0 ? [] : [inputs.map(({ layer }) => [layer, 0, 0, {}] as const)];
    const common = { name, trainable: true, dtype: 'float32' };
    layers.push({ class_name: className, name, config: { ...common, ...config }, inbound_nodes: nodes });
    for (const [weight, each] of Object.entries(shapes)) weights.push({ name: `${name}/${weight}`, shape: each });
    return { layer: name, shape };
  };

  return {
    layers,
    weights,
    input({ height, width, channels }) {
      const shape = [height, width, channels];
      return put('InputLayer', 'input', [], shape, { batch_input_shape: [null, ...shape], sparse: false });
    },
    convolution(name, x, options) {
      const { filters, kernel, stride = 1, padding = 'same', bias = true, initializer } = options;
      const [height, width, channels] = x.shape as [number, number, number];
      const sides = [height, width].map((side) => windows(side, kernel, stride, padding));
      const config = {
        filters,
        kernel_size: [kernel, kernel],
        strides: [stride, stride],
        padding,
        data_format: 'channels_last',
        dilation_rate: [1, 1],
        activation: options.activation ?? 'linear',
        use_bias: bias,
        kernel_initializer: initializer,
        bias_initializer: ZEROS,
      };
      return put('Conv2D', name, [x], [...sides, filters], config, {
        kernel: [kernel, kernel, channels, filters],
        ...(bias && { bias: [filters] }),
      });
    },
    maxPooling(name, x, size, stride, padding = 'valid') {
      const [height, width, channels] = x.shape as [number, number, number];
      const sides = [height, width].map((side) => windows(side, size, stride, padding));
      const config = { pool_size: [size, size], strides: [stride, stride], padding, data_format: 'channels_last' };
      return put('MaxPooling2D', name, [x], [...sides, channels], config);
    },
    batchNormalization(name, x) {
      const config = { axis: -1, momentum: 0.9, epsilon: 1e-5, center: true, scale: true };
      const channels = [x.shape.at(-1)!];
      return put('BatchNormalization', name, [x], x.shape, config, {
        gamma: channels,
        beta: channels,
        moving_mean: channels,
        moving_variance: channels,
      });
    },
    relu: (name, x) => put('Activation', name, [x], x.shape, { activation: 'relu' }),
    add: (name, a, b) => put('Add', name, [a, b], a.shape, {}),
    globalAverage: (name, x) =>
      put('GlobalAveragePooling2D', name, [x], [x.shape[2]!], { data_format: 'channels_last' }),
    flatten(name, x) {
      return put('Flatten', name, [x], [x.shape.reduce((product, side) => product * side, 1)], {});
    },
    dropout: (name, x, rate) => put('Dropout', name, [x], x.shape, { rate }),
    dense(name, x, units, activation, initializer) {
      const config = {
        units,
        activation,
        use_bias: true,
        kernel_initializer: initializer,
        bias_initializer: ZEROS,
      };
      return put('Dense', name, [x], [units], config, { kernel: [x.shape[0]!, units], bias: [units] });
    },
  };
}

const ZEROS = { class_name: 'Zeros', config: {} };

/** How many places a window has along a side. */
function windows(side: number, size: number, stride: number, padding: 'same' | 'valid'): number {
  return padding === 'same' ? Math.ceil(side / stride) : Math.floor((side - size) / stride) + 1;
}

/** The layers one after the other as a model; TensorFlow.js wants the input's shape in the first of them. */
export function sequentialModel(name: string, { layers }: Topology): Readonly<Record<string, unknown>> {
  const [input, ...others] = layers;
  const shape = { batch_input_shape: input!.config.batch_input_shape };
  const written = others.map(({ class_name: className, config }, index) => ({
    class_name: className,
    config: index === 0 ? { ...config, ...shape } : config,
  }));
  return { class_name: 'Sequential', config: { name, layers: written }, ...WRITER };
}

/** The layers as a graph from the input to `output`. */
export function functionalModel(name: string, { layers }: Topology, output: Value): Readonly<Record<string, unknown>> {
  const ends = { input_layers: [[layers[0]!.name, 0, 0]], output_layers: [[output.layer, 0, 0]] };
  return { class_name: 'Model', config: { name, layers, ...ends }, ...WRITER };
}

/** Whose dialect the configuration is. */
const WRITER = { keras_version: '2.15.0', backend: 'tensorflow' };
