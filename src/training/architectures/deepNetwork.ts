import type { Architecture } from './architecture';
import { checkSize } from './checkSize';
import { initialise } from './initialise';
import { beforeRelu, LAST } from './scaling';
import { createTopology, sequentialModel, type Value } from './topology';

const FILTERS = [16, 16, 16, 32, 32, 32, 64, 64, 64];
const HIDDEN = [512, 50];

/**
 * The deep network of the post that this project starts from: nine 3 × 3 convolutions with relu, each followed by 2 × 2
 * max-pooling while the map is at least 2 × 2 (28 → 14 → 7 → 3 → 1), then dense layers of 512, 50 and the classes.
 */
export const deepNetwork: Architecture = {
  id: 'deep-network',
  label: 'Deep network',
  summary: 'Nine 3 × 3 convolutions, each pooled while there is something to pool, and three dense layers.',
  source: 'https://blbadger.github.io/neural-networks.html',
  minimumSide: 8,
  build(input, classes, seed) {
    checkSize(deepNetwork, input, classes);
    const topology = createTopology();
    let x: Value = topology.input(input);
    FILTERS.forEach((filters, index) => {
      const initializer = beforeRelu(x.shape, 3);
      const name = `conv_${index + 1}`;
      x = topology.convolution(name, x, { filters, kernel: 3, activation: 'relu', initializer });
      if (Math.min(x.shape[0]!, x.shape[1]!) >= 2) x = topology.maxPooling(`pool_${index + 1}`, x, 2, 2);
    });
    x = topology.flatten('flatten', x);
    HIDDEN.forEach((units, index) => {
      x = topology.dense(`dense_${index + 1}`, x, units, 'relu', beforeRelu(x.shape, 1));
    });
    topology.dense('scores', x, classes, 'softmax', LAST);
    const model = sequentialModel('deep_network', topology);
    return { topology: model, weights: initialise(model, topology.weights, seed) };
  },
};
