import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from '../../src/core/graph/graph';
import { typesOf } from '../../src/core/graph/inspect/types';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { networkOutputs } from '../../src/runtime/onnx/networkOutputs';
import { chooseOutput } from '../../src/runtime/outputs';

const node = (op: string, inputs: readonly string[], output: string): GraphNode => ({
  ...{ op, inputs, outputs: [output], attributes: op === 'Softmax' ? { axis: 1 } : {} },
});

/** Features f of 4 numbers, of which several outputs are made. */
function network(outputs: readonly string[]): Graph {
  const weights = (rows: number, columns: number) =>
    floats([rows, columns], new Float32Array(rows * columns).fill(0.1));
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [-1, 6] }],
    outputs,
    nodes: [
      node('MatMul', ['x', 'w'], 'f'),
      node('Relu', ['f'], 'rectified'),
      node('Mul', ['f', 'three'], 'scaled'),
      node('MatMul', ['f', 'v'], 'z'),
      node('Tanh', ['z'], 'squashed'),
      node('Relu', ['z'], 'rectifiedScores'),
      node('Softmax', ['z'], 'p'),
      node('Relu', ['f'], 'again'),
      node('MatMul', ['again', 'u'], 'y'),
      node('Softsign', ['y'], 'second'),
    ],
    constants: new Map([
      ['w', weights(6, 4)],
      ['v', weights(4, 3)],
      ['u', weights(4, 3)],
      ['three', floats([], [3])],
    ]),
  };
}

function chosen(outputs: readonly string[]): string {
  const graph = network(outputs);
  const candidates = networkOutputs(graph, typesOf(graph, 1, operators), { aliases: new Map() }, 1);
  return outputs[chooseOutput(candidates).index]!;
}

describe('features beside scores are told by what both are made of', () => {
  it.each([
    ['rectified', 'squashed'],
    ['scaled', 'squashed'],
    ['rectified', 'second'],
    ['rectified', 'rectifiedScores'],
    ['f', 'z'],
    ['rectified', 'p'],
  ])('“%s” and “%s”, in either order', (features, scores) => {
    expect(chosen([features, scores])).toBe(scores);
    expect(chosen([scores, features])).toBe(scores);
  });

  it('two heads on the same features stand side by side: the first is taken', () => {
    expect(chosen(['squashed', 'second'])).toBe('squashed');
    expect(chosen(['second', 'squashed'])).toBe('second');
  });
});
