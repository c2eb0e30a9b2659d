import { numberAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { requiredConstant } from './axis';
import { composite } from './composite';
import { terms } from './terms';

/** Turns the first so many steps of each sequence round; how many must be constant. */
export const reverseSequence: Readonly<Record<string, Operator>> = { ReverseSequence: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [x, lengths] = node.inputs as [string, string];
  const shape = builder.shape(x);
  const known = requiredConstant(node, [undefined, builder.constantOf(lengths)], 1).data;
  const timeFirst = numberAttribute(node, 'time_axis', 0) === 0;
  const [outer, inner] = shape as [number, number];
  const places = Array.from({ length: outer * inner }, (_, index) => {
    const [row, column] = [Math.floor(index / inner), index % inner];
    const [step, sequence] = timeFirst ? [row, column] : [column, row];
    const from = step < known[sequence]! ? known[sequence]! - 1 - step : step;
    return timeFirst ? from * inner + sequence : sequence * inner + from;
  });
  const rows = t.reshape(x, [outer * inner, ...shape.slice(2)]);
  return [t.reshape(builder.add('Gather', [rows, builder.indices(places)], { axis: 0 }), shape)];
}
