import { numbersAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { positive, requiredConstant } from './axis';
import { composite } from './composite';
import { terms } from './terms';

/** The middle of what is too long, zeros around what is too short; the odd element is the last one's. */
export const centerCropPad: Readonly<Record<string, Operator>> = { CenterCropPad: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [x, wanted] = node.inputs as [string, string];
  const shape = builder.shape(x);
  const sizes = requiredConstant(node, [undefined, builder.constantOf(wanted)], 1).data;
  const axes = (numbersAttribute(node, 'axes') ?? shape.map((_, axis) => axis)).map((axis) =>
    positive(axis, shape.length),
  );
  const [before, after] = [shape.map(() => 0), shape.map(() => 0)];
  const cropped = axes.reduce((value, axis, index) => {
    const missing = sizes[index]! - shape[axis]!;
    if (missing < 0) return t.slice(value, axis, Math.floor(-missing / 2), Math.floor(-missing / 2) + sizes[index]!);
    before[axis] = Math.floor(missing / 2);
    after[axis] = missing - before[axis];
    return value;
  }, x);
  const pads = [...before, ...after];
  return [pads.every((pad) => pad === 0) ? cropped : builder.add('Pad', [cropped, builder.indices(pads)])];
}
