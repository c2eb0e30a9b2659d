import { numberAttribute, textAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder } from '../operator';
import { gateActivation } from './gateActivations';
import { counting, terms } from './terms';
import { zeros } from './zeros';

/** What one cell of a recurrent network is given, of one direction. */
export interface Cell {
  readonly node: GraphNode;
  readonly builder: DecomposingBuilder;
  readonly size: number;
  /** The step's share of the input of all gates, xWᵀ + b_w [N, gates·H]. */
  readonly input: string;
  /** The state's share rows: R [gates·H, H] and b_r [gates·H]. */
  readonly recurrent: string;
  readonly bias: string;
  readonly peepholes: string | undefined;
  readonly activation: (index: number, x: string) => string;
}

/** The states after a step of those before, [N, H] each: h, and c of an LSTM. */
type Step = (cell: Cell, states: readonly string[]) => readonly string[];

/** Longer sequences are refused: each step adds nodes. */
const MOST_STEPS = 1024;

/**
 * Writes a recurrent layer out step by step: x [T, N, I], W [D, gates·H, I], R [D, gates·H, H], b [D, 2·gates·H]; sequences that
 * have ended keep their state and give zeros. Outputs Y [T, D, N, H] and the last states [D, N, H]; `layout` 1 puts N first.
 */
export function recurrence(
  node: GraphNode,
  builder: DecomposingBuilder,
  gates: number,
  kinds: readonly string[],
  step: Step,
): readonly string[] {
  const t = terms(builder);
  const batchFirst = numberAttribute(node, 'layout', 0) === 1;
  const x = batchFirst ? t.transpose(node.inputs[0]!, [1, 0, 2]) : node.inputs[0]!;
  const [length] = builder.shape(x) as [number];
  if (length > MOST_STEPS)
    throw new Error(`${node.op}: ${length} steps are more than the ${MOST_STEPS} that are written out`);
  const direction = textAttribute(node, 'direction', 'forward');
  const directions = builder.shape(node.inputs[1]!)[0]!;
  const runs = Array.from({ length: directions }, (_, index) => {
    const backwards = direction === 'reverse' || index === 1;
    return oneDirection(node, builder, x, { index, backwards, gates, kinds, step, batchFirst });
  });
  const stacked = (values: readonly string[], axis: number): string =>
    t.concat(
      values.map((value) => builder.add('Unsqueeze', [value, builder.indices([axis])])),
      axis,
    );
  const all = stacked(
    runs.map(({ outputs }) => stacked(outputs, 0)),
    1,
  );
  const last = runs[0]!.states.map((_, index) =>
    stacked(
      runs.map(({ states }) => states[index]!),
      0,
    ),
  );
  return batchFirst
    ? [t.transpose(all, [2, 0, 1, 3]), ...last.map((value) => t.transpose(value, [1, 0, 2]))]
    : [all, ...last];
}

interface Direction {
  readonly index: number;
  readonly backwards: boolean;
  readonly gates: number;
  readonly kinds: readonly string[];
  readonly step: Step;
  readonly batchFirst: boolean;
}

function oneDirection(
  node: GraphNode,
  builder: DecomposingBuilder,
  x: string,
  { index, backwards, gates, kinds, step, batchFirst }: Direction,
): { readonly outputs: readonly string[]; readonly states: readonly string[] } {
  const t = terms(builder);
  const [, weight, recurrent, bias = '', lengths = '', firstState = '', firstCell = '', peepholes = ''] =
    node.inputs as [string, string, string, ...string[]];
  const [length, n, width] = builder.shape(x) as [number, number, number];
  const size = builder.shape(recurrent)[2]!;
  const own = (value: string, shape: readonly number[]): string =>
    t.reshape(t.slice(value, 0, index, index + 1), shape);
  const initial = (value: string): string => {
    if (value === '') return zeros(builder, [n, size]);
    return own(batchFirst ? t.transpose(value, [1, 0, 2]) : value, [n, size]);
  };
  const rows = gates * size;
  const biases = bias === '' ? zeros(builder, [2 * rows]) : own(bias, [2 * rows]);
  const turned = t.transpose(own(weight, [rows, width]), [1, 0]);
  const inputs = t.add(builder.add('MatMul', [x, turned]), t.slice(biases, 0, 0, rows));
  const cell = {
    node,
    builder,
    size,
    recurrent: own(recurrent, [rows, size]),
    bias: t.slice(biases, 0, rows, 2 * rows),
    peepholes: peepholes === '' ? undefined : own(peepholes, [3 * size]),
    activation: gateActivation(node, builder, kinds, index),
  };
  let states = node.op === 'LSTM' ? [initial(firstState), initial(firstCell)] : [initial(firstState)];
  const outputs = new Array<string>(length);
  for (let count = 0; count < length; count++) {
    const at = backwards ? length - 1 - count : count;
    const input = t.reshape(t.slice(inputs, 0, at, at + 1), [n, rows]);
    const next = step({ ...cell, input }, states);
    const running = lengths === '' ? undefined : isRunning(builder, lengths, at, n);
    outputs[at] = running === undefined ? next[0]! : t.mul(next[0]!, running.now);
    states = next.map((value, which) =>
      running === undefined ? value : t.add(t.mul(value, running.now), t.mul(states[which]!, running.over)),
    );
  }
  return { outputs, states };
}

/** 1 for the sequences [N, 1] that still run at a step, and for those that are over. */
function isRunning(
  builder: DecomposingBuilder,
  lengths: string,
  at: number,
  n: number,
): { readonly now: string; readonly over: string } {
  const t = terms(builder);
  const wide = builder.add('Cast', [t.reshape(lengths, [n, 1])], { to: 7 });
  const place = builder.add('Add', [builder.constant(counting([1])), builder.indices([at])]);
  const now = builder.add('Cast', [builder.add('Less', [place, wide])], { to: 1 });
  return { now, over: t.sub(builder.scalar(1), now) };
}
