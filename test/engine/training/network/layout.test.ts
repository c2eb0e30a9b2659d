import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from '../../../../src/engine/training/network/createNetwork';
import { summarise } from '../../../../src/engine/training/network/summary';
import type { LayersModel } from '../../../../src/core/model/trainableNetwork';
import { largestDifference, randomNumbers, removeFolders, useCpu } from '../../../runtime/support';

beforeAll(useCpu);
afterAll(removeFolders);

/** Of pictures [3, 4, 3], whose sizes do not tell where the channels lie: only the convolution does. */
function ambiguous(dataFormat: 'channels_first' | 'channels_last'): LayersModel {
  const conv = {
    name: 'c',
    batch_input_shape: [null, 3, 4, 3],
    filters: 2,
    kernel_size: [2, 2],
    data_format: dataFormat,
  };
  const layers = [
    { class_name: 'Conv2D', config: conv },
    { class_name: 'Flatten', config: { name: 'f', data_format: dataFormat } },
    { class_name: 'Dense', config: { name: 'd', units: 2, activation: 'softmax' } },
  ];
  const features = dataFormat === 'channels_first' ? 2 * 3 * 2 : 2 * 2 * 3;
  const weight = (name: string, shape: number[], seed: number) => ({
    name,
    shape,
    data: Float32Array.from(
      randomNumbers(
        shape.reduce((a, b) => a * b),
        seed,
      ),
      (value) => value - 0.5,
    ),
  });
  return {
    topology: { model_config: { class_name: 'Sequential', config: { name: 's', layers } } },
    weights: [
      weight('c/kernel', [2, 2, 3, 2], 1),
      weight('c/bias', [2], 2),
      weight('d/kernel', [features, 2], 3),
      weight('d/bias', [2], 4),
    ],
  };
}

describe('the layout of pictures that are trained on is what the first operations say', () => {
  it.each([
    ['channels_first', { height: 4, width: 3, channels: 3 }],
    ['channels_last', { height: 3, width: 4, channels: 3 }],
  ] as const)('%s', async (dataFormat, input) => {
    const model = ambiguous(dataFormat);
    expect(summarise(model).input).toEqual(input);
    const pixels = randomNumbers(2 * 36, 7);
    const logits = [];
    for (const engine of ['onnx', 'cpu'] as const) {
      const network = await createNetwork(model, { engine });
      expect(network.input, engine).toEqual(input);
      logits.push(await network.predict(pixels, 2));
      await network.dispose();
    }
    expect(largestDifference(logits[0]!, logits[1]!)).toBeLessThan(1e-5);
  });
});
