import type { Architecture } from './architecture';
import { checkSize } from './checkSize';
import { initialise } from './initialise';
import { beforeRelu, LAST } from './scaling';
import { createTopology, sequentialModel, type Value } from './topology';

interface Form {
  readonly stride: number;
  readonly padding: 'same' | 'valid';
  readonly units: number;
}

/** Shortest side from which on the form of the paper is taken. */
const LARGE_SIDE = 128;
const LARGE: Form = { stride: 4, padding: 'valid', units: 4096 };
const SMALL: Form = { stride: 2, padding: 'same', units: 2048 };

/**
 * The network of Krizhevsky, Sutskever & Hinton (2012) in one piece: five convolutions, three of them with overlapping pooling,
 * and dense layers of 4096, 4096 and the classes with dropout ½ (256 × 256 in colour, 5 classes: 58,301,829 parameters). Below 128 pixels a side
 * its first stride is 2, pools keep the edge and dense layers have 2048 units (28 × 28 grey, 10 classes: 10,040,010). The paper's
 * local response normalisation and its two groups are left out.
 */
export const alexnet: Architecture = {
  id: 'alexnet',
  label: 'AlexNet',
  summary: 'Five wide convolutions and three dense layers with dropout, without local response normalisation.',
  source: 'Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks',
  minimumSide: 16,
  build(input, classes, seed) {
    checkSize(alexnet, input, classes);
    const { stride, padding, units } = Math.min(input.height, input.width) >= LARGE_SIDE ? LARGE : SMALL;
    const topology = createTopology();
    let x: Value = topology.input(input);
    let count = 0;
    const convolve = (filters: number, kernel: number): void => {
      const name = `conv_${++count}`;
      const first = count === 1 ? { stride, padding } : {};
      const initializer = beforeRelu(count === 1 ? [] : x.shape, kernel);
      x = topology.convolution(name, x, { filters, kernel, activation: 'relu', initializer, ...first });
    };
    const pool = (): void => {
      x = topology.maxPooling(`pool_${count}`, x, 3, 2, padding);
    };
    convolve(96, 11);
    pool();
    convolve(256, 5);
    pool();
    convolve(384, 3);
    convolve(384, 3);
    convolve(256, 3);
    pool();
    x = topology.flatten('flatten', x);
    for (const index of [1, 2]) {
      x = topology.dense(`dense_${index}`, x, units, 'relu', beforeRelu(x.shape, 1));
      x = topology.dropout(`dropout_${index}`, x, 0.5);
    }
    topology.dense('scores', x, classes, 'softmax', LAST);
    const model = sequentialModel('alexnet', topology);
    return { topology: model, weights: initialise(model, topology.weights, seed) };
  },
};
