import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import { operators } from '../../../src/core/graph/ops/registry';
import { takePixels } from '../../../src/core/graph/passes/takePixels';
import { specialise } from '../../../src/core/graph/specialise';
import { floats } from '../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../src/runtime/onnx/session';
import { randomNumbers } from './support';

const [height, width, channels, batch] = [3, 4, 3, 2];
const size = height * width * channels;
const input = { height, width, scale: [2, 4, 0.5], shift: [-1, 0.25, 3] };

/** Position of a pixel's channel in the network's input, and that channel. */
function place(layout: 'nhwc' | 'nchw', isReversed: boolean, pixel: number): { at: number; channel: number } {
  const [point, own] = [Math.floor(pixel / channels), pixel % channels];
  const channel = isReversed ? channels - 1 - own : own;
  return { at: layout === 'nchw' ? channel * height * width + point : point * channels + channel, channel };
}

const variants = (['nhwc', 'nchw'] as const).flatMap((layout) =>
  [false, true].map((isReversed) => ({ layout, isReversed })),
);

describe('takePixels', () => {
  it.each(variants)('prepares pictures and returns to pixels: $layout, reversed $isReversed', async (variant) => {
    const shape = variant.layout === 'nchw' ? [-1, channels, height, width] : [-1, height, width, channels];
    // Names that the pass would like to have.
    const graph = takePixels(
      {
        inputs: [{ name: 'pixels:input', type: 'float32', shape }],
        outputs: ['pixels:Mul'],
        nodes: [{ op: 'Mul', inputs: ['pixels:input', 'pixels:constant'], outputs: ['pixels:Mul'], attributes: {} }],
        constants: new Map([['pixels:constant', floats([], [1])]]),
      },
      { ...input, ...variant },
    );
    const forward = specialise(graph, batch, operators);
    const [output] = forward.outputs as [string];
    const builder = GraphBuilder.from(forward, operators);
    const seed = randomNumbers(batch * size, 2);
    const dy = builder.constant(floats(builder.shape(output), seed));
    const { name } = graph.inputs[0]!;
    const { gradient } = differentiate(builder, forward, output, name, dy);
    const session = await createOnnxSession(builder.build([output, gradient!]), 1);
    const pixels = randomNumbers(batch * size, 1);
    const results = await session.run({ [name]: floats(builder.shape(name), pixels) });
    await session.dispose();
    for (let index = 0; index < batch * size; index++) {
      const image = Math.floor(index / size) * size;
      const { at, channel } = place(variant.layout, variant.isReversed, index - image);
      const scale = input.scale[channel]!;
      expect(results[output]![image + at]).toBeCloseTo(pixels[index]! * scale + input.shift[channel]!, 5);
      expect(results[gradient!]![index]).toBeCloseTo(seed[image + at]! * scale, 5);
    }
  });
});
