import { numberAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { sizeOf, stridesOf, type Shape, type Tensor } from '../tensor';
import { positive } from './axis';
import { placeAlong, scatterAlong } from './placement';
import { flatIndex, gatherElements } from './strided';
import { zeros } from './zeros';

/** Operators that take elements at indices; the derivative adds each dy to the element that was taken. */
export const gathering: Readonly<Record<string, Operator>> = {
  Gather: {
    traits: ['selects', 'within'],
    infer: (node, { types: [data, indices] }) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      return [{ type: data!.type, shape: gatheredShape(data!.shape, indices!.shape, axis) }];
    },
    evaluate: (node, [data, indices]) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      const shape = gatheredShape(data!.shape, indices!.shape, axis);
      const strides = stridesOf(data!.shape);
      const rank = indices!.shape.length;
      const chosen = stridesOf(indices!.shape);
      return [
        gatherElements(data!, shape, (position) => {
          const index = indices!.data[flatIndex(position.slice(axis, axis + rank), chosen)]!;
          const at = [...position.slice(0, axis), positive(index, data!.shape[axis]!), ...position.slice(axis + rank)];
          return flatIndex(at, strides);
        }),
      ];
    },
    gradient: (scope) => [gatherGradient(scope), ''],
  },
  GatherElements: {
    infer: (_node, { types: [data, indices] }) => [{ type: data!.type, shape: indices!.shape }],
    evaluate: (node, [data, indices]) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      const strides = stridesOf(data!.shape);
      return [
        gatherElements(data!, indices!.shape, (position, index) => {
          const at = positive(indices!.data[index]!, data!.shape[axis]!);
          return flatIndex(position, strides) + (at - position[axis]!) * strides[axis]!;
        }),
      ];
    },
    gradient: ({ node, builder, dy, shape }) => {
      const [data, indices] = node.inputs as [string, string];
      const target = zeros(builder, shape(data));
      const attributes = { axis: numberAttribute(node, 'axis', 0), reduction: 'add' };
      return [builder.add('ScatterElements', [target, indices, dy()], attributes), ''];
    },
  },
  GatherND: {
    infer: (node, { types: [data, indices] }) => [
      { type: data!.type, shape: pickedShape(data!.shape, indices!.shape, numberAttribute(node, 'batch_dims', 0)) },
    ],
    evaluate: (node, [data, indices]) => {
      const batch = numberAttribute(node, 'batch_dims', 0);
      const shape = pickedShape(data!.shape, indices!.shape, batch);
      return [gatherElements(data!, shape, pickedPlace(data!.shape, indices!, batch))];
    },
    gradient: (scope) => [gatherNDGradient(scope), ''],
  },
};

function gatheredShape(data: Shape, indices: Shape, axis: number): Shape {
  return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
}

function gatherGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const [data, indices] = node.inputs as [string, string];
  const input = shape(data);
  const axis = positive(numberAttribute(node, 'axis', 0), input.length);
  const count = sizeOf(shape(indices));
  const lined = builder.add('Reshape', [
    dy(),
    builder.indices([...input.slice(0, axis), count, ...input.slice(axis + 1)]),
  ]);
  const chosen = constant(indices);
  if (chosen === undefined) {
    const rows = builder.add('Reshape', [indices, builder.indices([count])]);
    return scatterAlong(builder, lined, axis, rows, input[axis]!);
  }
  const positions = Array.from(chosen.data, (index) => positive(index, input[axis]!));
  return placeAlong(builder, lined, axis, positions, input[axis]!);
}

/** batch dimensions, then those of the indices, then what of the data is left below an index. */
function pickedShape(data: Shape, indices: Shape, batch: number): Shape {
  return [...indices.slice(0, -1), ...data.slice(batch + indices.at(-1)!)];
}

/** The flat place in the data of each position of GatherND's result. */
function pickedPlace(data: Shape, indices: Tensor, batch: number): (position: readonly number[]) => number {
  const strides = stridesOf(data);
  const depth = indices.shape.at(-1)!;
  const lead = indices.shape.length - 1;
  const rows = stridesOf(indices.shape);
  return (position) => {
    const row = flatIndex(position.slice(0, lead), rows);
    const index = Array.from({ length: depth }, (_, at) => positive(indices.data[row + at]!, data[batch + at]!));
    return flatIndex([...position.slice(0, batch), ...index, ...position.slice(lead)], strides);
  };
}

function gatherNDGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const [data, indices] = node.inputs as [string, string];
  const batch = numberAttribute(node, 'batch_dims', 0);
  const chosen = constant(indices);
  if (chosen === undefined) throw new Error('GatherND: computed indices cannot be differentiated through');
  const output = shape(node.outputs[0]!);
  const size = sizeOf(shape(data));
  const numbers: Tensor = {
    type: 'int64',
    shape: shape(data),
    data: Float64Array.from({ length: size }, (_, index) => index),
  };
  const places = gatherElements(numbers, output, pickedPlace(shape(data), chosen, batch));
  const flat = builder.add(
    'ScatterElements',
    [
      zeros(builder, [size]),
      builder.constant({ ...places, shape: [sizeOf(output)] }, 'places'),
      builder.add('Reshape', [dy(), builder.indices([-1])]),
    ],
    { axis: 0, reduction: 'add' },
  );
  return builder.add('Reshape', [flat, builder.indices(shape(data))]);
}
