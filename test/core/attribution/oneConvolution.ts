import type { StaticGraph } from '../../../src/core/graph/graph';
import { floats, integers } from '../../../src/core/graph/tensor';

/** Captum's network of one convolution (tests/helpers/basic_models.py), without the rectifier behind its scores. */
export function oneConvolution(batch = 1): StaticGraph {
  const weights = Array.from({ length: 32 }, (_, at) => (at % 8 < 5 ? 1 : -1));
  const node = (op: string, inputs: string[], output: string, attributes = {}) => ({
    op,
    inputs,
    outputs: [output],
    attributes,
  });
  const shapes = { conv1: [batch, 2, 2, 2], relu1: [batch, 2, 2, 2], flat: [batch, 8], scores: [batch, 4] };
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [batch, 1, 4, 4] }],
    outputs: ['scores'],
    nodes: [
      node('Conv', ['x', 'kernel', 'bias'], 'conv1', { kernel_shape: [3, 3] }),
      node('Relu', ['conv1'], 'relu1'),
      node('Reshape', ['relu1', 'size'], 'flat'),
      node('Gemm', ['flat', 'weight'], 'scores', { transB: 1 }),
    ],
    constants: new Map([
      ['kernel', floats([2, 1, 3, 3], new Float32Array(18).fill(1))],
      ['bias', floats([2], [-50, -75])],
      ['size', integers([-1, 8])],
      ['weight', floats([4, 8], weights)],
    ]),
    types: new Map(Object.entries(shapes).map(([name, shape]) => [name, { type: 'float32' as const, shape }])),
  };
}

/** 0 … 15. */
export const picture = {
  data: Float32Array.from({ length: 16 }, (_, at) => at),
  height: 4,
  width: 4,
  channels: 1 as const,
};
