import { numberAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import type { ElementType, Tensor } from '../tensor';
import { allocate } from './strided';

/** Changes of the element type: dy passes between floats; integers and booleans have no derivative. */
export const casting: Readonly<Record<string, Operator>> = {
  Cast: {
    traits: ['elementwise'],
    infer: (node, { types: [x] }) => [{ type: castType(node), shape: x!.shape }],
    evaluate: (node, [x]) => [cast(x!, castType(node))],
    gradient: castGradient,
  },
  CastLike: {
    infer: (_node, { types: [x, like] }) => [{ type: like!.type, shape: x!.shape }],
    evaluate: (_node, [x, like]) => [cast(x!, like!.type)],
    gradient: castGradient,
  },
};

/** TensorProto.DataType of the IR's element types. */
const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
]);

function castType(node: GraphNode): ElementType {
  const type = ELEMENT_TYPES.get(numberAttribute(node, 'to', 0));
  if (type === undefined) throw new Error('Cast: the element type is not supported');
  return type;
}

/** Towards zero for integers; whatever is not 0 is true. */
function cast(x: Tensor, type: ElementType): Tensor {
  if (x.type === type) return x;
  const result = allocate(type, x.shape);
  const integral = type !== 'float32';
  for (let index = 0; index < result.data.length; index++) {
    const value = x.data[index]!;
    if (type === 'bool') result.data[index] = value === 0 ? 0 : 1;
    else result.data[index] = integral ? Math.trunc(value) : value;
  }
  return result;
}

function castGradient({ node, builder, dy }: GradientScope): readonly string[] {
  const [from, to] = [node.inputs[0]!, node.outputs[0]!].map((name) => builder.type(name).type);
  return [from === 'float32' && to === 'float32' ? dy() : '', ''];
}
