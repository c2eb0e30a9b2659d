import { numberAttribute, numbersAttribute, textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { stridesOf, type Shape, type Tensor } from '../tensor';
import { positive } from './axis';
import { flatIndex, forEachPosition } from './strided';
import { zeros } from './zeros';

/** Operators that put elements at indices: dy of what was overwritten is 0, an update takes the dy of its place. */
export const scattering: Readonly<Record<string, Operator>> = {
  ScatterElements: {
    infer: (_node, { types: [data] }) => [data!],
    evaluate: (node, [data, indices, updates]) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      const strides = stridesOf(data!.shape);
      const result = copyOf(data!);
      const put = writer(reductionOf(node.attributes.reduction), result);
      forEachPosition(indices!.shape, (position, index) => {
        const at = positive(indices!.data[index]!, data!.shape[axis]!);
        put(flatIndex(position, strides) + (at - position[axis]!) * strides[axis]!, updates!.data[index]!);
      });
      return [result];
    },
    gradient: (scope) => {
      const attributes = { axis: numberAttribute(scope.node, 'axis', 0) };
      return scatterGradient(scope, 'ScatterElements', 'GatherElements', attributes);
    },
  },
  ScatterND: {
    infer: (_node, { types: [data] }) => [data!],
    evaluate: (node, [data, indices, updates]) => {
      const result = copyOf(data!);
      const put = writer(reductionOf(node.attributes.reduction), result);
      const strides = stridesOf(data!.shape);
      const depth = indices!.shape.at(-1)!;
      const inner = depth === 0 ? data!.data.length : strides[depth - 1]!;
      for (let row = 0; row * inner < updates!.data.length; row++) {
        const index = Array.from({ length: depth }, (_, at) =>
          positive(indices!.data[row * depth + at]!, data!.shape[at]!),
        );
        const place = flatIndex(index, strides);
        for (let at = 0; at < inner; at++) put(place + at, updates!.data[row * inner + at]!);
      }
      return [result];
    },
    gradient: (scope) => scatterGradient(scope, 'ScatterND', 'GatherND', {}),
  },
  // The inverse of a MaxPool: each element goes to its flat index, where dy is fetched.
  MaxUnpool: {
    infer: (node, { types: [x], constants: [, , shape] }) => [
      { type: x!.type, shape: shape === undefined ? unpooledShape(node, x!.shape) : Array.from(shape.data) },
    ],
    gradient: ({ node, builder, dy }) => {
      const flat = builder.add('Reshape', [dy(), builder.indices([-1])]);
      return [builder.add('Gather', [flat, node.inputs[1]!], { axis: 0 }), '', ''];
    },
  },
};

function unpooledShape(node: GraphNode, shape: Shape): Shape {
  if ((node.inputs[2] ?? '') !== '') throw new Error('MaxUnpool: its shape is computed from the picture');
  const kernel = numbersAttribute(node, 'kernel_shape') ?? [];
  const strides = numbersAttribute(node, 'strides') ?? kernel.map(() => 1);
  const pads = numbersAttribute(node, 'pads') ?? kernel.flatMap(() => [0, 0]);
  const whole = (size: number, axis: number): number =>
    (size - 1) * strides[axis]! + kernel[axis]! - pads[axis]! - pads[axis + kernel.length]!;
  return [...shape.slice(0, 2), ...shape.slice(2).map(whole)];
}

function reductionOf(value: unknown): string {
  return typeof value === 'string' ? value : 'none';
}

function copyOf(data: Tensor): Tensor {
  return { ...data, data: data.data.slice() } as Tensor;
}

function writer(reduction: string, { data }: Tensor): (place: number, value: number) => void {
  switch (reduction) {
    case 'none':
      return (place, value) => (data[place] = value);
    case 'add':
      return (place, value) => (data[place]! += value);
    case 'mul':
      return (place, value) => (data[place]! *= value);
    case 'max':
      return (place, value) => (data[place] = Math.max(data[place]!, value));
    case 'min':
      return (place, value) => (data[place] = Math.min(data[place]!, value));
    default:
      throw new Error(`There is no reduction ${reduction}`);
  }
}

function scatterGradient(
  scope: GradientScope,
  scatter: string,
  gather: string,
  attributes: Readonly<Record<string, number>>,
): readonly string[] {
  const { node, builder, dy, shape } = scope;
  const [, indices, updates] = node.inputs as [string, string, string];
  const reduction = textAttribute(node, 'reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add')
    throw new Error(`${node.op}: reduction ${reduction} cannot be differentiated`);
  const kept = (): string =>
    reduction === 'add' ? dy() : builder.add(scatter, [dy(), indices, zeros(builder, shape(updates))], attributes);
  return [scope.wants(0) ? kept() : '', '', scope.wants(2) ? builder.add(gather, [dy(), indices], attributes) : ''];
}
