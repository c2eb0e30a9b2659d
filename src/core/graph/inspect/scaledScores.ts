import type { Graph, GraphNode } from '../graph';
import type { Tensor } from '../tensor';
import { withKnownConstants } from './knownConstants';
import { producersOf } from './producers';
import { SAME_ORDER } from './scoreTail';
import { scoreValues, type ScoreValues } from './scoreValues';

/** What a network's structure says of the numbers that it puts out. */
export interface ScaledScores {
  readonly values: ScoreValues;
  /** They are such values times this, as percentages are probabilities times 100; absent: times 1. */
  readonly whole?: number;
}

/** Hand numbers on as they are, or rounded. */
const PASSING: ReadonlySet<string> = new Set([
  ...[...SAME_ORDER, 'Cast', 'Slice', 'Gather', 'Split', 'Transpose', 'QuantizeLinear', 'DequantizeLinear'],
]);

/** Judges `output` by the operations that make it, also where values in [0, 1] are multiplied by a constant. */
export function scaledScores(graph: Graph, output: string): ScaledScores {
  const values = scoreValues(graph, output);
  if (values !== 'unknown') return { values };
  const known = withKnownConstants(graph);
  const producers = producersOf(known);
  let whole = 1;
  for (let node = producers.get(output); node !== undefined;) {
    const scaled = multipleOf(node, known);
    if (scaled === undefined && !PASSING.has(node.op)) break;
    const before: string = scaled?.of ?? node.inputs[0]!;
    whole *= scaled?.factor ?? 1;
    if (scaled !== undefined && scoreValues(graph, before) === 'unit') return { values: 'unit', whole };
    node = producers.get(before);
  }
  return { values };
}

/** The value that `node` multiplies by one positive constant. */
function multipleOf(
  { op, inputs }: GraphNode,
  { constants }: Graph,
): { readonly of: string; readonly factor: number } | undefined {
  const single = (name: string | undefined): number | undefined => {
    const tensor: Tensor | undefined = constants.get(name ?? '');
    return tensor?.data.length === 1 ? tensor.data[0] : undefined;
  };
  const multiple = (of: string | undefined, factor: number | undefined) =>
    of !== undefined && factor !== undefined && factor > 0 && Number.isFinite(factor) ? { of, factor } : undefined;
  if (op === 'Div') return multiple(inputs[0], 1 / (single(inputs[1]) ?? NaN));
  if (op === 'Mul') return multiple(inputs[0], single(inputs[1])) ?? multiple(inputs[1], single(inputs[0]));
  return undefined;
}
