import type { Architecture } from './architecture';
import { checkSize } from './checkSize';
import { initialise } from './initialise';
import { beforeRelu, LAST } from './scaling';
import { createTopology, functionalModel, type Topology, type Value } from './topology';

const WIDTHS = [16, 32, 64];
const BLOCKS = 2;
/** Shortest side from which on the picture is first reduced to a quarter, as in the paper's networks for ImageNet. */
const LARGE_SIDE = 128;

/**
 * A residual network of 14 layers (He, Zhang, Ren & Sun 2016, their form for CIFAR-10 with n = 2): a 3 × 3 convolution, three
 * stages of two blocks with 16, 32 and 64 filters, batch normalisation, mean over the map, one dense layer. Where a block halves
 * the map its shortcut is a 1 × 1 convolution. From 128 pixels a side on, a 7 × 7 convolution and a pooling, both of stride 2,
 * come first.
 */
export const residual: Architecture = {
  id: 'residual',
  label: 'Small residual network',
  summary: 'Fourteen layers of 3 × 3 convolutions with shortcuts and batch normalisation.',
  source: 'https://arxiv.org/abs/1512.03385',
  minimumSide: 16,
  build(input, classes, seed) {
    checkSize(residual, input, classes);
    const topology = createTopology();
    const large = Math.min(input.height, input.width) >= LARGE_SIDE;
    let x: Value = topology.input(input);
    x = normalised(topology, 'stem', x, WIDTHS[0]!, large ? 7 : 3, large ? 2 : 1);
    x = topology.relu('stem_relu', x);
    if (large) x = topology.maxPooling('stem_pool', x, 3, 2, 'same');
    WIDTHS.forEach((filters, stage) => {
      for (let block = 0; block < BLOCKS; block++) {
        x = residualBlock(
          topology,
          `stage_${stage + 1}_block_${block + 1}`,
          x,
          filters,
          stage > 0 && block === 0 ? 2 : 1,
        );
      }
    });
    x = topology.globalAverage('mean', x);
    const scores = topology.dense('scores', x, classes, 'softmax', LAST);
    const model = functionalModel('residual', topology, scores);
    return { topology: model, weights: initialise(model, topology.weights, seed) };
  },
};

/** relu(F(x) + shortcut(x)), F two 3 × 3 convolutions. */
function residualBlock(topology: Topology, name: string, x: Value, filters: number, stride: number): Value {
  const first = topology.relu(`${name}_relu_1`, normalised(topology, `${name}_1`, x, filters, 3, stride));
  const second = normalised(topology, `${name}_2`, first, filters, 3, 1);
  const shortcut = stride === 1 ? x : normalised(topology, `${name}_shortcut`, x, filters, 1, stride);
  return topology.relu(`${name}_relu_2`, topology.add(`${name}_add`, second, shortcut));
}

/** A convolution without bias and its batch normalisation. */
function normalised(
  topology: Topology,
  name: string,
  x: Value,
  filters: number,
  kernel: number,
  stride: number,
): Value {
  const options = { filters, kernel, stride, bias: false, initializer: beforeRelu([], kernel) };
  return topology.batchNormalization(`${name}_norm`, topology.convolution(`${name}_conv`, x, options));
}
