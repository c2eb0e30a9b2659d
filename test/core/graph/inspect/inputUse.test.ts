import { describe, expect, it } from 'vitest';
import type { Attributes, Graph, GraphNode } from '../../../../src/core/graph/graph';
import { inputUse } from '../../../../src/core/graph/inspect/inputUse';
import { floats, integers, type Shape, type Tensor } from '../../../../src/core/graph/tensor';

/** Step by step from input `x`; a step's further inputs are constants. */
type Step = readonly [op: string, constants?: readonly Tensor[], attributes?: Attributes];

function chain(shape: Shape, steps: readonly Step[]): Graph {
  const constants = new Map<string, Tensor>();
  let name = 'x';
  const nodes = steps.map(([op, operands = [], attributes = {}], index): GraphNode => {
    const own = operands.map((tensor, at) => {
      constants.set(`c${index}-${at}`, tensor);
      return `c${index}-${at}`;
    });
    const node = { op, inputs: [name, ...own], outputs: [`v${index}`], attributes };
    name = `v${index}`;
    return node;
  });
  return { inputs: [{ name: 'x', type: 'float32', shape }], outputs: [name], nodes, constants };
}

const number = (value: number): Tensor => floats([], [value]);
const perChannel = (values: readonly number[]): Tensor => floats([1, values.length, 1, 1], values);
/** A convolution of `channels` channels to two. */
const conv = (channels: number): Step => ['Conv', [floats([2, channels, 1, 1], new Float32Array(2 * channels))]];
const toFirst: Step = ['Transpose', [], { perm: [0, 3, 1, 2] }];

describe('what the first operations tell', () => {
  it('the channels lie where the first convolution reads them, whatever the sizes', () => {
    expect(inputUse(chain([-1, 1, 28, 1], [conv(1)]))).toMatchObject({ channelAxis: 1, channels: 1 });
    expect(inputUse(chain([-1, 28, 1, 1], [toFirst, conv(1)]))).toMatchObject({ channelAxis: 3, channels: 1 });
    expect(inputUse(chain([-1, 3, -1, -1], [conv(3)]))).toMatchObject({ channelAxis: 1, channels: 3 });
    expect(inputUse(chain([-1, 3, 9, 3], [toFirst, ['Resize'], conv(3)]))).toMatchObject({ channelAxis: 3 });
    expect(inputUse(chain([-1, 3, 9, 3], [['GlobalAveragePool']]))).toEqual({ channelAxis: 1 });
  });

  it('a matrix product tells nothing', () => {
    expect(inputUse(chain([-1, 3, 9, 3], [['Flatten'], ['MatMul', [floats([81, 2], new Float32Array(162))]]]))).toEqual(
      {},
    );
  });

  it('sums and products with constants make one scaling', () => {
    const { scaling } = inputUse(
      chain([-1, 3, 4, 4], [['Div', [number(255)]], ['Sub', [number(0.5)]], ['Mul', [number(4)]], conv(3)]),
    );
    expect(scaling!.scale[0]).toBeCloseTo(4 / 255, 9);
    expect(scaling!.shift[0]).toBeCloseTo(-2, 9);
    expect(scaling).toMatchObject({ operators: ['Div', 'Sub', 'Mul'], isLearned: false });
  });

  it('each channel has its own, also turned round by a slice, a gather or a split', () => {
    const minus: Step = ['Sub', [perChannel([10, 20, 30])]];
    const shifts = (steps: readonly Step[]): unknown => inputUse(chain([-1, 3, 4, 4], steps)).scaling?.shift;
    expect(shifts([minus, conv(3)])).toEqual([-10, -20, -30]);
    expect(shifts([minus, ['Gather', [integers([2, 1, 0])], { axis: 1 }], conv(3)])).toEqual([-30, -20, -10]);
    const backwards: Step = ['Slice', [integers([-1]), integers([-(2 ** 40)]), integers([1]), integers([-1])]];
    expect(shifts([minus, backwards, conv(3)])).toEqual([-30, -20, -10]);
  });

  it('channels that are taken by a GatherND between two transpositions are followed', () => {
    const swap: Step = ['Transpose', [], { perm: [1, 0, 2, 3] }];
    const use = inputUse(
      chain(
        [-1, 3, 4, 4],
        [['Sub', [perChannel([10, 20, 30])]], swap, ['GatherND', [integers([2, 1, 0], [3, 1])]], swap, conv(3)],
      ),
    );
    expect(use).toMatchObject({ channelAxis: 1, channels: 3, scaling: { shift: [-30, -20, -10] } });
  });

  it('channels that are split, scaled one by one and joined are followed', () => {
    const nodes: GraphNode[] = [
      { op: 'Split', inputs: ['x'], outputs: ['r', 'g', 'b'], attributes: { axis: 1, num_outputs: 3 } },
      { op: 'Mul', inputs: ['r', 'two'], outputs: ['r2'], attributes: {} },
      { op: 'Add', inputs: ['b', 'one'], outputs: ['b1'], attributes: {} },
      { op: 'Concat', inputs: ['b1', 'g', 'r2'], outputs: ['y'], attributes: { axis: 1 } },
      { op: 'Conv', inputs: ['y', 'w'], outputs: ['z'], attributes: {} },
    ];
    const constants = new Map([
      ['two', number(2)],
      ['one', number(1)],
      ['w', floats([2, 3, 1, 1], new Float32Array(6))],
    ]);
    const use = inputUse({
      inputs: [{ name: 'x', type: 'float32', shape: [-1, 3, 4, 4] }],
      outputs: ['z'],
      nodes,
      constants,
    });
    expect(use).toMatchObject({ channelAxis: 1, scaling: { scale: [1, 1, 2], shift: [1, 0, 0] } });
  });

  it('normalisation by learned statistics counts without what it learned to put in their place', () => {
    const statistics = [
      floats([3], [9, 9, 9]),
      floats([3], [5, 5, 5]),
      floats([3], [120, 110, 100]),
      floats([3], [3600, 3600, 2500]),
    ];
    const { scaling } = inputUse(chain([-1, 3, 4, 4], [['BatchNormalization', statistics, { epsilon: 0 }], conv(3)]));
    expect(scaling!.isLearned).toBe(true);
    expect(scaling!.shift.map((value) => Math.round(100 * value))).toEqual([-200, -183, -200]);
  });

  it('what stands behind the first convolution does not count', () => {
    expect(inputUse(chain([-1, 3, 4, 4], [conv(3), ['Mul', [number(1 / 255)]], conv(2)])).scaling).toBeUndefined();
  });

  it('quantisation of the input tells its range', () => {
    const quantised = (scale: number, zero: number, before: readonly Step[] = []): unknown =>
      inputUse(
        chain(
          [-1, 3, 4, 4],
          [
            ...before,
            ['QuantizeLinear', [number(scale), { type: 'uint8', shape: [], data: Uint8Array.of(zero) }]],
            ['DequantizeLinear', [number(scale), { type: 'uint8', shape: [], data: Uint8Array.of(zero) }]],
            conv(3),
          ],
        ),
      ).quantised;
    expect(quantised(1, 0)).toEqual([0, 255]);
    expect(quantised(1 / 128, 128)).toEqual([-1, 127 / 128]);
    expect(quantised(0.5, 0, [['Mul', [number(0.5)]]])).toEqual([0, 255]);
  });
});
