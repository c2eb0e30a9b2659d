import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import { floats, sizeOf } from '../../../src/core/graph/tensor';
import { derivativeError, randomNumbers } from './support';

const cases = [
  { name: 'same padding', x: [2, 3, 7, 6], w: [4, 3, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { name: 'many channels, flipped weights', x: [1, 8, 6, 5], w: [4, 8, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  {
    name: 'flipped, uneven pads and dilation',
    x: [1, 8, 9, 8],
    w: [4, 8, 3, 2],
    attributes: { pads: [2, 0, 1, 1], dilations: [2, 1] },
  },
  { name: 'depthwise', x: [1, 6, 7, 7], w: [6, 1, 3, 3], attributes: { pads: [1, 1, 1, 1], group: 6 } },
  { name: 'groups', x: [1, 8, 5, 5], w: [4, 4, 3, 3], attributes: { group: 2 } },
  { name: 'stride 2 with unread rows', x: [1, 3, 8, 8], w: [5, 3, 3, 3], attributes: { strides: [2, 2] } },
  {
    name: 'stride 2, SAME_UPPER',
    x: [1, 6, 7, 8],
    w: [5, 6, 3, 3],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  ...[7, 8].map((width) => ({
    name: `depthwise, stride 2, width ${width}`,
    x: [2, 6, 7, width],
    w: [6, 1, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], group: 6 },
  })),
  {
    name: 'depthwise, strides 3 and 2, dilation, uneven pads',
    x: [1, 5, 11, 9],
    w: [5, 1, 3, 2],
    attributes: { strides: [3, 2], pads: [1, 0, 2, 1], dilations: [1, 2], group: 5 },
  },
  {
    name: 'depthwise, stride longer than its window',
    x: [1, 5, 7, 7],
    w: [5, 1, 1, 1],
    attributes: { strides: [3, 3], group: 5 },
  },
  { name: '1×1, stride 2', x: [1, 6, 7, 8], w: [5, 6, 1, 1], attributes: { strides: [2, 2] } },
];

describe('Conv', () => {
  it.each(cases)('differentiates: $name', async ({ x, w, attributes }) => {
    const make = (builder: GraphBuilder, input: string): string =>
      builder.add('Conv', [input, builder.constant(floats(w, randomNumbers(sizeOf(w), 7)))], attributes);
    expect(await derivativeError(x, make)).toBeLessThan(2e-3);
  });
});
