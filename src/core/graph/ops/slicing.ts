import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, OperatorInputs } from '../operator';
import { sizeOf, stridesOf, type Shape, type Tensor } from '../tensor';
import { positive } from './axis';
import { placeRun, type Run } from './placement';
import { allocate, stridedCopy } from './strided';
import { zeros } from './zeros';

/** Operators that take pieces apart and put them together. */
export const slicing: Readonly<Record<string, Operator>> = {
  Concat: {
    infer: (node, { types }) => {
      const [first] = types;
      const axis = positive(numberAttribute(node, 'axis', 0), first!.shape.length);
      const total = types.reduce((sum, type) => sum + type!.shape[axis]!, 0);
      return [{ type: first!.type, shape: first!.shape.map((size, each) => (each === axis ? total : size)) }];
    },
    evaluate: (node, inputs) => [concatenated(inputs as readonly Tensor[], numberAttribute(node, 'axis', 0))],
    gradient: ({ node, builder, dy, shape }) => {
      const axis = positive(numberAttribute(node, 'axis', 0), shape(node.outputs[0]!).length);
      const sizes = node.inputs.map((name) => shape(name)[axis]!);
      return builder.addMany('Split', [dy(), builder.indices(sizes)], sizes.length, { axis });
    },
  },
  Split: {
    traits: ['selects', 'within'],
    infer: (node, inputs) => {
      const { type, shape } = inputs.types[0]!;
      const axis = positive(numberAttribute(node, 'axis', 0), shape.length);
      return splitSizes(node, shape[axis]!, inputs.constants[1]).map((size) => ({
        type,
        shape: withSize(shape, axis, size),
      }));
    },
    evaluate: (node, [x, given]) => {
      const axis = positive(numberAttribute(node, 'axis', 0), x!.shape.length);
      const strides = stridesOf(x!.shape);
      let start = 0;
      return splitSizes(node, x!.shape[axis]!, given).map((size) => {
        const offset = start * strides[axis]!;
        start += size;
        return stridedCopy(x!, withSize(x!.shape, axis, size), strides, offset);
      });
    },
    gradient: (scope) => {
      const { node, builder, shape, constant } = scope;
      const input = shape(node.inputs[0]!);
      const axis = positive(numberAttribute(node, 'axis', 0), input.length);
      const sizes = splitSizes(node, input[axis]!, constant(node.inputs[1] ?? ''));
      const parts = sizes.map((size, index) =>
        scope.hasGradient(index) ? scope.dy(index) : zeros(builder, withSize(input, axis, size)),
      );
      return [parts.length === 1 ? parts[0]! : builder.add('Concat', parts, { axis }), ''];
    },
  },
  Slice: {
    traits: ['selects', 'within'],
    infer: (node, inputs) => {
      const { type, shape } = inputs.types[0]!;
      return [{ type, shape: rangesOf(node, shape, inputs.constants).map(({ count }) => count) }];
    },
    evaluate: (node, inputs) => {
      const x = inputs[0]!;
      const ranges = rangesOf(node, x.shape, inputs);
      const strides = stridesOf(x.shape);
      return [
        stridedCopy(
          x,
          ranges.map(({ count }) => count),
          ranges.map(({ step }, axis) => step * strides[axis]!),
          ranges.reduce((offset, { start }, axis) => offset + start * strides[axis]!, 0),
        ),
      ];
    },
    gradient: (scope) => [sliceGradient(scope), '', '', '', ''],
  },
};

function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((own, each) => (each === axis ? size : own));
}

function concatenated(parts: readonly Tensor[], givenAxis: number): Tensor {
  const first = parts[0]!;
  const axis = positive(givenAxis, first.shape.length);
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const result = allocate(first.type, withSize(first.shape, axis, total));
  const inner = sizeOf(first.shape.slice(axis + 1));
  const outer = sizeOf(first.shape.slice(0, axis));
  let to = 0;
  for (let row = 0; row < outer; row++)
    for (const part of parts) {
      const length = part.shape[axis]! * inner;
      result.data.set(part.data.subarray(row * length, (row + 1) * length), to);
      to += length;
    }
  return result;
}

function splitSizes(node: GraphNode, size: number, given: Tensor | undefined): readonly number[] {
  const sizes = given === undefined ? numbersAttribute(node, 'split') : Array.from(given.data);
  if (sizes !== undefined) return sizes;
  const part = Math.ceil(size / node.outputs.length);
  return node.outputs.map((_, index) => Math.min(part, size - index * part));
}

/** Start, step and count along every axis, by ONNX's rules of clamping. */
function rangesOf(node: GraphNode, shape: Shape, constants: OperatorInputs['constants']): readonly Run[] {
  const read = (index: number, name: string): readonly number[] | undefined => {
    const tensor = constants[index];
    if (tensor === undefined && (node.inputs[index] ?? '') !== '')
      throw new Error(`Slice: ${name} is computed from the picture`);
    return tensor === undefined ? numbersAttribute(node, name) : Array.from(tensor.data);
  };
  const starts = read(1, 'starts') ?? [];
  const ends = read(2, 'ends') ?? [];
  const axes = (read(3, 'axes') ?? starts.map((_, axis) => axis)).map((axis) => positive(axis, shape.length));
  const steps = read(4, 'steps') ?? starts.map(() => 1);
  return shape.map((size, axis) => {
    const index = axes.indexOf(axis);
    if (index < 0) return { start: 0, step: 1, count: size };
    const step = steps[index]!;
    if (step === 0) throw new Error('Slice: a step is 0');
    const counted = (value: number): number => (value < 0 ? value + size : value);
    const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
    const back = step < 0 ? 1 : 0;
    const start = clamp(counted(starts[index]!), 0, size - back);
    const end = clamp(counted(ends[index]!), -back, size - back);
    return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** dy among zeros: axes of step 1 by one Pad, the others one by one. */
function sliceGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const input = shape(node.inputs[0]!);
  const ranges = rangesOf(
    node,
    input,
    node.inputs.map((name) => constant(name)),
  );
  const whole = ranges.reduce(
    (gradient, range, axis) => (range.step === 1 ? gradient : placeRun(builder, gradient, axis, range, input[axis]!)),
    dy(),
  );
  const near = ranges.map(({ start, step }) => (step === 1 ? start : 0));
  const far = ranges.map(({ start, step, count }, axis) => (step === 1 ? input[axis]! - start - count : 0));
  const pads = [...near, ...far];
  return pads.every((pad) => pad === 0) ? whole : builder.add('Pad', [whole, builder.indices(pads)]);
}
