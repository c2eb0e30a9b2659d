import { GraphBuilder } from '../../src/core/graph/builder';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { weightSource, type Architecture, type Network, type Value } from './network';

/** The bytes of an ONNX file of the architecture, as PyTorch would export it before folding: NCHW, symmetric padding, batch 1. */
export function buildOnnx(architecture: Architecture, side: number, seed: number): Uint8Array {
  const builder = new GraphBuilder(operators);
  const weights = weightSource(seed);
  let scores = '';
  const valueOf = (name: string): Value => {
    const [, channels, height, width] = builder.shape(name);
    return { name, shape: [channels!, height!, width!] };
  };
  const activated = (name: string, activation: 'relu' | 'relu6' | 'none'): string => {
    if (activation === 'none') return name;
    if (activation === 'relu') return builder.add('Relu', [name]);
    return builder.add('Clip', [name, builder.scalar(0), builder.scalar(6)]);
  };
  const vector = (data: Float32Array): string => builder.constant(floats([data.length], data));
  const network: Network = {
    input: valueOf(builder.input('input', { type: 'float32', shape: [1, 3, side, side] })),
    convolution(x, { filters, kernel, stride = 1, depthwise = false, activation, gain = 1 }) {
      const inputs = depthwise ? 1 : x.shape[0];
      const own = weights.layer(filters, inputs, kernel, gain);
      const weight = builder.constant(floats([filters, inputs, kernel, kernel], own.kernel), 'weight');
      const y = builder.add('Conv', [x.name, weight], {
        group: depthwise ? filters : 1,
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: new Array<number>(4).fill((kernel - 1) / 2),
      });
      const statistics = [own.gamma, own.beta, own.mean, own.variance].map(vector);
      return valueOf(activated(builder.add('BatchNormalization', [y, ...statistics]), activation));
    },
    add: (x, y, activation) => valueOf(activated(builder.add('Add', [x.name, y.name]), activation)),
    maxPool: (x) =>
      valueOf(builder.add('MaxPool', [x.name], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })),
    classify(x, classes) {
      const mean = builder.add('Flatten', [builder.add('GlobalAveragePool', [x.name])], { axis: 1 });
      const matrix = floats([classes, x.shape[0]], weights.dense(x.shape[0], classes));
      const bias = vector(new Float32Array(classes));
      scores = builder.add('Gemm', [mean, builder.constant(matrix, 'weight'), bias], { transB: 1 });
    },
  };
  architecture(network);
  return writeOnnx(builder.build([scores]));
}
