import { describe, expect, it } from 'vitest';
import type { Attributes, Graph, GraphNode } from '../../../../src/core/graph/graph';
import { inputUse } from '../../../../src/core/graph/inspect/inputUse';
import { withKnownConstants } from '../../../../src/core/graph/inspect/knownConstants';
import { scaledScores } from '../../../../src/core/graph/inspect/scaledScores';
import { floats, type Tensor } from '../../../../src/core/graph/tensor';

/** An operator and its inputs; `.` stands for what the one before made, numbers and bytes for constants. */
type Step = readonly [op: string, ...inputs: readonly ('.' | Tensor)[]];

function chain(steps: readonly Step[]): Graph {
  const constants = new Map<string, Tensor>();
  let name = 'x';
  const nodes = steps.map(([op, ...given], index): GraphNode => {
    const inputs = given.map((each, at) => {
      if (each === '.') return name;
      constants.set(`c${index}-${at}`, each);
      return `c${index}-${at}`;
    });
    name = `v${index}`;
    return { op, inputs, outputs: [name], attributes: {} satisfies Attributes };
  });
  return { inputs: [{ name: 'x', type: 'float32', shape: [-1, 3, 4, 4] }], outputs: [name], nodes, constants };
}

const number = (value: number): Tensor => floats([], [value]);
const byte = (value: number): Tensor => ({ type: 'uint8', shape: [], data: Uint8Array.of(value) });
const toBytes: Step = ['QuantizeLinear', '.', number(1 / 255), byte(0)];
/** 250 steps of 0.4: times 100. */
const timesHundred: Step = ['QLinearMul', '.', number(1 / 255), byte(0), byte(255), number(0.4), byte(5), number(0.4)];
const ofSoftmax: Step = ['QLinearSoftmax', '.', number(0.1), byte(128), number(1 / 256), byte(0)];

describe('scores that are multiples of probabilities', () => {
  it.each<[string, readonly Step[], number]>([
    [
      'a product',
      [
        ['HardSigmoid', '.'],
        ['Mul', '.', number(100)],
      ],
      100,
    ],
    [
      'a product, the number first',
      [
        ['Sigmoid', '.'],
        ['Mul', number(255), '.'],
        ['Flatten', '.'],
      ],
      255,
    ],
    [
      'a quotient',
      [
        ['Sigmoid', '.'],
        ['Div', '.', number(0.01)],
      ],
      100,
    ],
    [
      'two products',
      [
        ['Sigmoid', '.'],
        ['Mul', '.', number(20)],
        ['Identity', '.'],
        ['Mul', '.', number(50)],
      ],
      1000,
    ],
    ['a product of bytes', [ofSoftmax, timesHundred, ['DequantizeLinear', '.', number(0.4)]], 100],
  ])('%s', (_, steps, whole) => {
    const found = scaledScores(chain(steps), `v${steps.length - 1}`);
    expect(found).toEqual({ values: 'unit', whole: expect.closeTo(whole, 4) as unknown });
  });

  it.each<[string, readonly Step[], string]>([
    [
      'a tanh',
      [
        ['Tanh', '.'],
        ['Mul', '.', number(100)],
      ],
      'unknown',
    ],
    [
      'a negative multiple',
      [
        ['Sigmoid', '.'],
        ['Mul', '.', number(-100)],
      ],
      'unknown',
    ],
    [
      'a multiple for each class',
      [
        ['Sigmoid', '.'],
        ['Mul', '.', floats([2], [100, 10])],
      ],
      'unknown',
    ],
    ['probabilities themselves', [['Sigmoid', '.']], 'unit'],
    [
      'a weighted sum',
      [
        ['MatMul', '.', floats([2, 2], [1, 2, 3, 4])],
        ['Mul', '.', number(100)],
      ],
      'open',
    ],
  ])('are none: %s', (_, steps, values) => {
    expect(scaledScores(chain(steps), `v${steps.length - 1}`)).toEqual({ values });
  });
});

describe('arithmetic of bytes', () => {
  it('scales the input as the numbers that the bytes stand for do', () => {
    const conv: Step = ['Conv', '.', floats([2, 3, 1, 1], new Float32Array(6))];
    const twice: Step = [
      'QLinearMul',
      '.',
      number(1 / 255),
      byte(0),
      byte(255),
      number(2 / 255),
      byte(0),
      number(0.01),
    ];
    const lessOne: Step = ['QLinearAdd', '.', number(0.01), byte(0), byte(0), number(1 / 128), byte(128), number(0.01)];
    const { scaling } = inputUse(withKnownConstants(chain([toBytes, twice, lessOne, conv])));
    expect(scaling!.scale[0]).toBeCloseTo(2, 6);
    expect(scaling!.shift[0]).toBeCloseTo(-1, 6);
    expect(scaling!.operators).toEqual(['Mul', 'Add']);
  });

  it('is left where no operand is known', () => {
    const square: Step = ['QLinearMul', '.', number(1), byte(0), '.', number(1), byte(0), number(1)];
    expect(withKnownConstants(chain([square])).nodes[0]!.op).toBe('QLinearMul');
  });
});
