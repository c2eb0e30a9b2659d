import type { Graph } from '../graph';
import { hasTrait } from '../ops/traits';
import { withKnownConstants } from './knownConstants';
import { producersOf } from './producers';
import { multipleIn } from './scoreTail';
import { scoreValues, type ScoreValues } from './scoreValues';

/** What a network's structure says of the numbers that it puts out. */
export interface ScaledScores {
  readonly values: ScoreValues;
  /** They are such values times this, as percentages are probabilities times 100; absent: times 1. */
  readonly whole?: number;
}

const ROUNDING: ReadonlySet<string> = new Set(['Cast', 'QuantizeLinear', 'DequantizeLinear']);

/** Judges `output` by the operations that make it, also where values in [0, 1] are multiplied by a constant. */
export function scaledScores(graph: Graph, output: string): ScaledScores {
  const values = scoreValues(graph, output);
  if (values !== 'unknown') return { values };
  const known = withKnownConstants(graph);
  const producers = producersOf(known);
  let whole = 1;
  for (let node = producers.get(output); node !== undefined;) {
    const scaled = multipleIn(node, known);
    const isShare = scaled !== undefined && scaled.factor > 0 && Number.isFinite(scaled.factor);
    if (!isShare && !handsOn(node.op)) break;
    const before: string = scaled?.x ?? node.inputs[0]!;
    whole *= scaled?.factor ?? 1;
    if (scaled !== undefined && scoreValues(graph, before) === 'unit') return { values: 'unit', whole };
    node = producers.get(before);
  }
  return { values };
}

/** Numbers as they are, or rounded. */
function handsOn(op: string): boolean {
  return hasTrait(op, 'passes') || hasTrait(op, 'selects') || ROUNDING.has(op);
}
