import { numberAttribute, numbersAttribute, textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, OperatorInputs } from '../operator';
import { floats, stridesOf, tensorOf, sizeOf, type Shape, type Tensor } from '../tensor';
import { positive } from './shape';
import { flatIndex, gatherElements } from './strided';

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
    infer: (node, inputs) => {
      const { type, shape } = inputs.types[0]!;
      const axis = positive(numberAttribute(node, 'axis', 0), shape.length);
      return splitSizes(node, shape[axis]!, inputs.constants[1]).map((size) => ({
        type,
        shape: shape.map((each, index) => (index === axis ? size : each)),
      }));
    },
    gradient: (scope) => {
      const { node, builder, shape } = scope;
      const axis = positive(numberAttribute(node, 'axis', 0), shape(node.inputs[0]!).length);
      const parts = node.outputs.map((name, index) =>
        scope.hasGradient(index) ? scope.dy(index) : zeros(scope, shape(name)),
      );
      return [builder.add('Concat', parts, { axis }), ''];
    },
  },
  Slice: {
    infer: (node, inputs) => {
      const { type, shape } = inputs.types[0]!;
      return [{ type, shape: rangesOf(node, shape, inputs.constants).map(({ count }) => count) }];
    },
    evaluate: (node, inputs) => {
      const x = inputs[0]!;
      const ranges = rangesOf(node, x.shape, inputs);
      const strides = stridesOf(x.shape);
      return [
        gatherElements(
          x,
          ranges.map(({ count }) => count),
          (position) =>
            flatIndex(
              position.map((each, axis) => ranges[axis]!.start + each * ranges[axis]!.step),
              strides,
            ),
        ),
      ];
    },
    gradient: (scope) => [sliceGradient(scope), '', '', '', ''],
  },
  Pad: {
    infer: (node, { types, constants }) => {
      const { type, shape } = types[0]!;
      const { begin, end } = padsOf(node, shape.length, constants);
      return [{ type, shape: shape.map((size, axis) => size + begin[axis]! + end[axis]!) }];
    },
    gradient: (scope) => [padGradient(scope), '', '', ''],
  },
  Gather: {
    infer: (node, { types: [data, indices] }) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      return [
        { type: data!.type, shape: [...data!.shape.slice(0, axis), ...indices!.shape, ...data!.shape.slice(axis + 1)] },
      ];
    },
    evaluate: (node, [data, indices]) => {
      const axis = positive(numberAttribute(node, 'axis', 0), data!.shape.length);
      const shape = [...data!.shape.slice(0, axis), ...indices!.shape, ...data!.shape.slice(axis + 1)];
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
};

function zeros({ builder }: GradientScope, shape: Shape): string {
  return builder.constant(floats(shape, new Float32Array(sizeOf(shape))), 'zeros');
}

function concatenated(parts: readonly Tensor[], givenAxis: number): Tensor {
  const first = parts[0]!;
  const axis = positive(givenAxis, first.shape.length);
  const shape = first.shape.map((size, each) =>
    each === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : size,
  );
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const values: number[] = [];
  for (let row = 0; row < outer; row++)
    for (const part of parts) {
      const length = part.shape[axis]! * inner;
      for (let index = 0; index < length; index++) values.push(part.data[row * length + index]!);
    }
  return tensorOf(first.type, shape, values);
}

function splitSizes(node: GraphNode, size: number, given: Tensor | undefined): readonly number[] {
  const sizes = given === undefined ? numbersAttribute(node, 'split') : Array.from(given.data);
  if (sizes !== undefined) return sizes;
  const count = numberAttribute(node, 'num_outputs', node.outputs.length);
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, index) => Math.min(part, size - index * part));
}

interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Start, step and count along every axis, by ONNX's rules of clamping. */
function rangesOf(node: GraphNode, shape: Shape, constants: OperatorInputs['constants']): readonly Range[] {
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
    const clamp = (value: number): number => {
      const from = value < 0 ? value + size : value;
      return step > 0 ? Math.min(size, Math.max(0, from)) : Math.min(size - 1, Math.max(-1, from));
    };
    const start = clamp(starts[index]!);
    return { start, step, count: Math.max(0, Math.ceil((clamp(ends[index]!) - start) / step)) };
  });
}

/** Pads dy back to the input's size; strided slices scatter. */
function sliceGradient(scope: GradientScope): string {
  const { node, builder, dy, shape, constant } = scope;
  const input = shape(node.inputs[0]!);
  const ranges = rangesOf(
    node,
    input,
    node.inputs.map((name) => constant(name)),
  );
  if (ranges.every(({ step }) => step === 1)) {
    const begin = ranges.map(({ start }) => start);
    const end = ranges.map(({ start, count }, axis) => input[axis]! - start - count);
    return builder.add('Pad', [dy(), builder.indices([...begin, ...end])]);
  }
  const strides = stridesOf(input);
  const output = shape(node.outputs[0]!);
  const places = gatherElements(
    { type: 'int64', shape: input, data: Float64Array.from({ length: sizeOf(input) }, (_, index) => index) },
    output,
    (position) =>
      flatIndex(
        position.map((each, axis) => ranges[axis]!.start + each * ranges[axis]!.step),
        strides,
      ),
  );
  return scatter(scope, input, places, dy());
}

/** Zeros of `shape` with `values` added at flat `places`. */
function scatter(scope: GradientScope, shape: Shape, places: Tensor, values: string): string {
  const { builder } = scope;
  const size = sizeOf(shape);
  const flat = builder.indices([-1]);
  const added = builder.add(
    'ScatterElements',
    [
      zeros(scope, [size]),
      builder.constant({ ...places, shape: [sizeOf(places.shape)] }, 'places'),
      builder.add('Reshape', [values, flat]),
    ],
    { axis: 0, reduction: 'add' },
  );
  return builder.add('Reshape', [added, builder.indices(shape)]);
}

function padsOf(
  node: GraphNode,
  rank: number,
  constants: OperatorInputs['constants'],
): { readonly begin: readonly number[]; readonly end: readonly number[] } {
  const pads = constants[1] === undefined ? numbersAttribute(node, 'pads') : Array.from(constants[1].data);
  if (pads === undefined) throw new Error('Pad: pads are computed from the picture');
  const axes = constants[3] === undefined ? undefined : Array.from(constants[3].data, (axis) => positive(axis, rank));
  if (axes === undefined) return { begin: pads.slice(0, rank), end: pads.slice(rank) };
  const at = (offset: number): number[] =>
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? pads[offset + axes.indexOf(axis)]! : 0));
  return { begin: at(0), end: at(axes.length) };
}

/** Constant: the middle of dy. Reflect, edge and wrap: each padded element's dy is added to the element that it copies. */
function padGradient(scope: GradientScope): string {
  const { node, builder, dy, shape, constant } = scope;
  const input = shape(node.inputs[0]!);
  const { begin, end } = padsOf(
    node,
    input.length,
    node.inputs.map((name) => constant(name)),
  );
  const mode = textAttribute(node, 'mode', 'constant');
  if (mode === 'constant') {
    // Negative pads crop; their gradient is padding.
    const inner = builder.add('Slice', [
      dy(),
      builder.indices(begin.map((pad) => Math.max(0, pad))),
      builder.indices(shape(node.outputs[0]!).map((size, axis) => size - Math.max(0, end[axis]!))),
    ]);
    const back = [...begin, ...end].map((pad) => Math.max(0, -pad));
    return back.some((pad) => pad > 0) ? builder.add('Pad', [inner, builder.indices(back)]) : inner;
  }
  const strides = stridesOf(input);
  const places = gatherElements(
    { type: 'int64', shape: input, data: Float64Array.from({ length: sizeOf(input) }, (_, index) => index) },
    shape(node.outputs[0]!),
    (position) =>
      flatIndex(
        position.map((each, axis) => copied(each - begin[axis]!, input[axis]!, mode)),
        strides,
      ),
  );
  return scatter(scope, input, places, dy());
}

function copied(at: number, size: number, mode: string): number {
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, at));
  if (mode === 'wrap') return ((at % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}

/** dy is added to the rows that constant indices chose. */
function gatherGradient(scope: GradientScope): string {
  const { node, dy, shape, constant } = scope;
  const indices = constant(node.inputs[1]!);
  if (indices === undefined) throw new Error('Gather: indices that are computed cannot be differentiated through');
  const input = shape(node.inputs[0]!);
  const axis = positive(numberAttribute(node, 'axis', 0), input.length);
  const strides = stridesOf(input);
  const chosen = stridesOf(indices.shape);
  const rank = indices.shape.length;
  const places = gatherElements(
    { type: 'int64', shape: input, data: Float64Array.from({ length: sizeOf(input) }, (_, index) => index) },
    shape(node.outputs[0]!),
    (position) => {
      const index = positive(indices.data[flatIndex(position.slice(axis, axis + rank), chosen)]!, input[axis]!);
      return flatIndex([...position.slice(0, axis), index, ...position.slice(axis + rank)], strides);
    },
  );
  return scatter(scope, input, places, dy());
}
