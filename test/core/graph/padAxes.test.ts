import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { operators } from '../../../src/core/graph/ops/registry';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, type Tensor } from '../../../src/core/graph/tensor';
import { runGraph } from './support';

// ONNX Runtime 1.30 optimises a Pad of some axes behind a Transpose to one of other axes.

describe('a Pad of some axes', () => {
  const cases: readonly { readonly axes: readonly number[]; readonly pads: readonly number[] }[] = [
    { axes: [1], pads: [1, 2] },
    { axes: [2, 1], pads: [1, 0, 0, 2] },
    { axes: [-1, 0, 2, 1], pads: [0, 1, 0, 0, 3, 0, 2, -1] },
  ];

  it.each(cases)('is written with every axis: $axes', async ({ axes, pads }) => {
    const builder = new GraphBuilder(operators);
    // Names that new constants would like to have.
    const [list, which] = ['indices:0', 'indices:2'];
    builder.setConstant(list, integers(pads));
    builder.setConstant(which, integers(axes));
    const x = builder.input('x', { type: 'float32', shape: [1, 2, 3, 2] });
    const turned = builder.add('Transpose', [x], { perm: [0, 2, 3, 1] });
    const padded = builder.add('Pad', [turned, list, builder.scalar(9), which]);
    const output = builder.add('Transpose', [padded], { perm: [0, 3, 1, 2] });
    const graph = builder.build([output]);
    const feeds = {
      x: floats(
        [1, 2, 3, 2],
        Float32Array.from({ length: 12 }, (_, at) => at),
      ),
    };
    const written = specialise(graph, 1, operators);
    const [truth] = (await runGraph(graph, feeds, 21, 'disabled')) as [Tensor];
    expect(await runGraph(written, feeds, 21, 'all')).toEqual([truth]);
  });
});
