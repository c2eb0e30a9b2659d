import type { GraphBuilder } from '../../../core/graph/builder';
import { inKerasOrder, inOrder, valueIn, type LayerValue } from './value';

interface Reading {
  readonly builder: GraphBuilder;
  /** How often each layer was called. */
  readonly layers: Map<string, number>;
  /** A network that is read to be trained has no layers that could be asked for. */
  readonly training: unknown;
}

interface MarkedLayer {
  /** Names of the models that hold it, from the outside in, and its own. */
  readonly names: readonly string[];
  readonly className: string;
  readonly output: number;
}

/**
 * An output of a layer, marked in the graph as its own under a name that no other has: "model/layer", ":1" for the
 * second output, "#1" for the second call. A value that the layer only handed on is handed on by a node of its own, so that what
 * reads the layer can be told from what reads the one before.
 */
export function markLayer(
  { builder, layers: taken, training }: Reading,
  value: LayerValue,
  { names, className: kind, output }: MarkedLayer,
): LayerValue {
  if (training !== undefined) return value;
  const base = names.join('/') + (output === 0 ? '' : `:${output}`);
  let layer = base;
  let call = taken.get(base) ?? 0;
  for (; taken.has(layer); call++) layer = `${base}#${call + 1}`;
  taken.set(layer, 0).set(base, call);
  const permutation = inKerasOrder(value.native);
  const origin = { layer, kind, ...(permutation && { permutation }) };
  if (builder.mark(inOrder(value), origin)) return value;
  const own = builder.add('Identity', [inOrder(value)]);
  builder.mark(own, origin);
  return valueIn(value.native, builder, own);
}
