import { weightSource, type Architecture, type Network, type Value } from './network';

/** Files of a TF.js layers model, NHWC. */
export interface LayersModel {
  readonly json: string;
  readonly weights: Uint8Array;
}

/**
 * The architecture as a TF.js layers model. Padding is `same`, which for strides of 2 lies one pixel further than PyTorch's: as many
 * operations, but not the same network.
 */
export function buildLayers(architecture: Architecture, side: number, seed: number): LayersModel {
  const source = weightSource(seed);
  const layers: object[] = [];
  const entries: { name: string; shape: readonly number[]; dtype: 'float32' }[] = [];
  const data: Float32Array[] = [];
  const weight = (name: string, shape: readonly number[], values: Float32Array): void => {
    entries.push({ name, shape, dtype: 'float32' });
    data.push(values);
  };
  const layer = (type: string, config: object, inputs: readonly Value[], shape: Value['shape']): Value => {
    const name = `${type.toLowerCase()}_${layers.length}`;
    layers.push({
      class_name: type,
      name,
      config: { ...config, name },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input.name, 0, 0, {}])],
    });
    return { name, shape };
  };
  const activated = (x: Value, activation: 'relu' | 'relu6' | 'none'): Value => {
    if (activation === 'none') return x;
    return layer('ReLU', activation === 'relu6' ? { max_value: 6 } : {}, [x], x.shape);
  };
  const halved = ([channels, height, width]: Value['shape'], stride: number, own = channels): Value['shape'] => [
    own,
    Math.ceil(height / stride),
    Math.ceil(width / stride),
  ];
  const network: Network = {
    input: layer('InputLayer', { batch_input_shape: [null, side, side, 3], dtype: 'float32' }, [], [3, side, side]),
    convolution(x, { filters, kernel, stride = 1, depthwise = false, activation, gain = 1 }) {
      const inputs = depthwise ? 1 : x.shape[0];
      const own = source.layer(filters, inputs, kernel, gain);
      const common = { kernel_size: [kernel, kernel], strides: [stride, stride], padding: 'same', use_bias: false };
      const shape = halved(x.shape, stride, filters);
      const y = depthwise
        ? layer('DepthwiseConv2D', { ...common, depth_multiplier: 1 }, [x], shape)
        : layer('Conv2D', { ...common, filters }, [x], shape);
      const turned = channelsLast(own.kernel, filters, inputs, kernel, depthwise);
      if (depthwise) weight(`${y.name}/depthwise_kernel`, [kernel, kernel, filters, 1], turned);
      else weight(`${y.name}/kernel`, [kernel, kernel, inputs, filters], turned);
      const normal = layer('BatchNormalization', { axis: 3, epsilon: 1e-5, momentum: 0.99 }, [y], shape);
      weight(`${normal.name}/gamma`, [filters], own.gamma);
      weight(`${normal.name}/beta`, [filters], own.beta);
      weight(`${normal.name}/moving_mean`, [filters], own.mean);
      weight(`${normal.name}/moving_variance`, [filters], own.variance);
      return activated(normal, activation);
    },
    add: (x, y, activation) => activated(layer('Add', {}, [x, y], x.shape), activation),
    maxPool: (x) =>
      layer('MaxPooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' }, [x], halved(x.shape, 2)),
    classify(x, classes) {
      const mean = layer('GlobalAveragePooling2D', {}, [x], [x.shape[0], 1, 1]);
      const scores = layer('Dense', { units: classes, activation: 'linear', use_bias: true }, [mean], [classes, 1, 1]);
      const rows = source.dense(x.shape[0], classes);
      weight(`${scores.name}/kernel`, [x.shape[0], classes], transposed(rows, classes, x.shape[0]));
      weight(`${scores.name}/bias`, [classes], new Float32Array(classes));
    },
  };
  architecture(network);
  const config = {
    name: 'network',
    layers,
    input_layers: [[network.input.name, 0, 0]],
    output_layers: [[(layers.at(-1) as { name: string }).name, 0, 0]],
  };
  const json = JSON.stringify({
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Functional', config },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: entries }],
  });
  return { json, weights: Buffer.concat(data.map(({ buffer }) => new Uint8Array(buffer as ArrayBuffer))) };
}

/** O × I × k × k → k × k × I × O; depthwise k × k × O × 1. */
function channelsLast(
  values: Float32Array,
  filters: number,
  inputs: number,
  kernel: number,
  depthwise: boolean,
): Float32Array {
  const area = kernel * kernel;
  const result = new Float32Array(values.length);
  for (let filter = 0; filter < filters; filter++)
    for (let input = 0; input < inputs; input++)
      for (let k = 0; k < area; k++) {
        const to = depthwise ? k * filters + filter : (k * inputs + input) * filters + filter;
        result[to] = values[(filter * inputs + input) * area + k]!;
      }
  return result;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!);
}
