import { scaleBetween } from '../../../../core/graph/ops/resizeMap';
import { floats, integers, sizeOf } from '../../../../core/graph/tensor';
import {
  activated,
  axisOf,
  constant,
  input,
  isGiven,
  numbers,
  onChannelsFirst,
  type OperatorReader,
  type OperatorScope,
} from './scope';

/** Operators that move, repeat, join or leave out elements. */
export const PLACES: Readonly<Record<string, OperatorReader>> = {
  RESHAPE: (scope) => reshaped(scope),
  SQUEEZE: (scope) => reshaped(scope),
  EXPAND_DIMS: (scope) => reshaped(scope),
  TRANSPOSE: (scope) => scope.builder.add('Transpose', [input(scope, 0)], { perm: numbers(scope, 1) }),
  CONCATENATION: (scope) => {
    const axis = axisOf(scope.options?.int32(0) ?? 0, scope.outputShapes[0]?.length ?? 0);
    return activated(scope, scope.builder.add('Concat', scope.inputs, { axis }), scope.options?.int8(1) ?? 0);
  },
  PAD: (scope) => padded(scope, 'constant'),
  PADV2: (scope) => padded(scope, 'constant'),
  MIRROR_PAD: (scope) => {
    if ((scope.options?.int8(0) ?? 0) !== 0) throw new Error('it repeats the edge, which is not known');
    return padded(scope, 'reflect');
  },
  SLICE: (scope) => {
    const begins = numbers(scope, 1);
    const sizes = numbers(scope, 2);
    return cut(
      scope,
      begins.map((start, axis) => ({ start, stop: sizes[axis] === -1 ? LAST : start + sizes[axis]!, step: 1 })),
    );
  },
  STRIDED_SLICE: stridedSlice,
  SPLIT: (scope) => split(scope, 1, numbers(scope, 0)[0] ?? 0),
  SPLIT_V: (scope) => split(scope, 0, numbers(scope, 2)[0] ?? 0, numbers(scope, 1)),
  PACK: (scope) => {
    const axis = axisOf(scope.options?.int32(1) ?? 0, scope.outputShapes[0]?.length ?? 0);
    const place = scope.builder.indices([axis]);
    return scope.builder.add(
      'Concat',
      scope.inputs.map((each) => scope.builder.add('Unsqueeze', [each, place])),
      { axis },
    );
  },
  UNPACK: (scope) => {
    const { builder } = scope;
    const axis = axisOf(scope.options?.int32(1) ?? 0, builder.shape(input(scope, 0)).length);
    const parts = split(scope, 0, axis);
    return parts.map((part) => builder.add('Squeeze', [part, builder.indices([axis])]));
  },
  GATHER: (scope) => {
    if ((scope.options?.int32(1) ?? 0) !== 0) throw new Error('it takes other elements of every row');
    return scope.builder.add('Gather', [input(scope, 0), input(scope, 1)], { axis: scope.options?.int32(0) ?? 0 });
  },
  TILE: (scope) => scope.builder.add('Tile', [input(scope, 0), scope.builder.indices(numbers(scope, 1))]),
  REVERSE_V2: (scope) => {
    const { builder } = scope;
    const axes = numbers(scope, 1);
    const list = (value: number): string => builder.indices(axes.map(() => value));
    return builder.add('Slice', [input(scope, 0), list(LAST), list(-LAST), builder.indices(axes), list(-1)]);
  },
  SPACE_TO_BATCH_ND: (scope) => {
    const { builder, blocks } = scope;
    const x = input(scope, 0);
    const block = numbers(scope, 1);
    if (builder.shape(x).length !== 4 || block.length !== 2 || blocks.has(x))
      throw new Error('it does not split pictures');
    const [top, bottom, left, right] = numbers(scope, 2) as [number, number, number, number];
    const y = builder.add('Pad', [x, builder.indices([0, top, left, 0, 0, bottom, right, 0])]);
    blocks.set(y, block);
    return y;
  },
  BATCH_TO_SPACE_ND: (scope) => {
    const x = input(scope, 0);
    const block = numbers(scope, 1);
    if (scope.blocks.get(x)?.join() !== block.join()) throw new Error('it joins what was not split');
    const [top, bottom, left, right] = numbers(scope, 2) as [number, number, number, number];
    const [, height, width] = scope.builder.shape(x) as [number, number, number, number];
    return cut(scope, [
      { start: 0, stop: LAST, step: 1 },
      { start: top, stop: height - bottom, step: 1 },
      { start: left, stop: width - right, step: 1 },
    ]);
  },
  SHAPE: (scope) => scope.builder.constant(integers([...scope.builder.shape(input(scope, 0))])),
  DEPTH_TO_SPACE: (scope) => spread(scope, 'DepthToSpace', { mode: 'DCR' }),
  SPACE_TO_DEPTH: (scope) => spread(scope, 'SpaceToDepth', {}),
  RESIZE_BILINEAR: (scope) => {
    const { builder, options } = scope;
    const to = numbers(scope, 1);
    return onChannelsFirst(scope, input(scope, 0), (x) => {
      const from = builder.shape(x).slice(2);
      if (options?.flag(2) === true)
        return builder.add('Resize', [x, '', '', builder.indices(to)], {
          axes: [2, 3],
          mode: 'linear',
          coordinate_transformation_mode: 'align_corners',
        });
      const scales = floats([4], [1, 1, ...to.map((size, axis) => scaleBetween(from[axis]!, size))]);
      return builder.add('Resize', [x, '', builder.constant(scales, 'scales')], {
        mode: 'linear',
        coordinate_transformation_mode: options?.flag(3) === true ? 'half_pixel' : 'asymmetric',
      });
    });
  },
  RESIZE_NEAREST_NEIGHBOR: (scope) => {
    const { builder, options } = scope;
    const to = numbers(scope, 1);
    return to.reduce(
      (picture, size, at) => {
        const places = nearestPlaces(
          builder.shape(picture)[at + 1]!,
          size,
          options?.flag(0) === true,
          options?.flag(1) === true,
        );
        return builder.add('Gather', [picture, builder.indices(places)], { axis: at + 1 });
      },
      input(scope, 0),
    );
  },
  CAST: (scope) => {
    const { builder } = scope;
    const x = input(scope, 0);
    if ((scope.options?.int8(1) ?? 0) !== 0) throw new Error('it makes whole numbers');
    return builder.type(x).type === 'float32' ? x : builder.add('Cast', [x], { to: 1 });
  },
};

const LAST = 2 ** 31 - 1;
const LARGEST_SIDE = 65_536;

/** The element that TFLite takes for each of `to` elements. */
function nearestPlaces(from: number, to: number, alignCorners: boolean, halfPixels: boolean): number[] {
  if (!(to >= 1 && to <= LARGEST_SIDE)) throw new Error(`it cannot have the size ${to}`);
  const f = Math.fround;
  const scale = alignCorners && to > 1 ? f((from - 1) / f(to - 1)) : f(from / to);
  return Array.from({ length: to }, (_, index) => {
    const at = f(f(index + (halfPixels ? 0.5 : 0)) * scale);
    return Math.max(0, Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at)));
  });
}

/**
 * The shape that is asked for, or that the file gives its output; the first axis of one picture stays that of pictures, and what is left
 * goes to the first axis otherwise.
 */
function reshaped(scope: OperatorScope): string {
  const { builder } = scope;
  const x = input(scope, 0);
  const asked = scope.op === 'RESHAPE' && isGiven(scope, 1) ? builder.constantOf(input(scope, 1)) : undefined;
  const shape = asked ? Array.from(asked.data) : (scope.outputShapes[0] ?? []);
  if (builder.constantOf(x) !== undefined) return builder.add('Reshape', [x, builder.indices(shape)]);
  const [first, ...others] = shape;
  const isOpen = others.includes(-1);
  const keepsBatch = builder.shape(x)[0] === 1 && (first === 1 || (first === -1 && isWhole(builder.shape(x), others)));
  const front = keepsBatch ? 0 : isOpen ? first! : -1;
  return builder.add('Reshape', [x, builder.indices(shape.length === 0 ? [] : [front, ...others])]);
}

function isWhole(shape: readonly number[], others: readonly number[]): boolean {
  return sizeOf(shape.slice(1)) === sizeOf(others);
}

function padded(scope: OperatorScope, mode: string): string {
  const { builder } = scope;
  const pads = numbers(scope, 1);
  const list = builder.indices([...pads.filter((_, at) => at % 2 === 0), ...pads.filter((_, at) => at % 2 === 1)]);
  const value = mode === 'constant' && isGiven(scope, 2) ? [builder.scalar(constant(scope, 2).data[0] ?? 0)] : [];
  return builder.add('Pad', [input(scope, 0), list, ...value], { mode });
}

interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** The elements in ranges, one for each of the first axes; a range that leaves an axis whole is none, so that batches stay open. */
function cut(scope: OperatorScope, ranges: readonly Range[]): string {
  const { builder } = scope;
  const x = input(scope, 0);
  const shape = builder.shape(x);
  const cuts = ranges.flatMap((range, axis) =>
    range.start === 0 && range.step === 1 && range.stop >= shape[axis]! ? [] : [{ axis, ...range }],
  );
  if (cuts.length === 0) return builder.add('Identity', [x]);
  const lists = [
    cuts.map(({ start }) => start),
    cuts.map(({ stop }) => stop),
    cuts.map(({ axis }) => axis),
    cuts.map(({ step }) => step),
  ];
  return builder.add('Slice', [x, ...lists.map((list) => builder.indices(list))]);
}

function stridedSlice(scope: OperatorScope): string {
  const { builder, options } = scope;
  const mask = (field: number, axis: number): boolean => (((options?.int32(field) ?? 0) >> axis) & 1) === 1;
  if ((options?.int32(2) ?? 0) !== 0 || (options?.int32(3) ?? 0) !== 0 || options?.flag(5) === true)
    throw new Error('its ellipsis, new axes or offsets are not known');
  const [begins, ends, steps] = [numbers(scope, 1), numbers(scope, 2), numbers(scope, 3)];
  const gone = begins.flatMap((_, axis) => (mask(4, axis) ? [axis] : []));
  const ranges = begins.map((begin, axis): Range => {
    if (mask(4, axis)) return { start: begin, stop: begin === -1 ? LAST : begin + 1, step: 1 };
    const step = steps[axis]!;
    const start = mask(0, axis) ? (step > 0 ? 0 : LAST) : begin;
    return { start, stop: mask(1, axis) ? (step > 0 ? LAST : -LAST) : ends[axis]!, step };
  });
  const y = cut(scope, ranges);
  return gone.length === 0 ? y : builder.add('Squeeze', [y, builder.indices(gone)]);
}

function split(scope: OperatorScope, index: number, at: number, sizes?: readonly number[]): readonly string[] {
  const { builder, outputShapes } = scope;
  const x = input(scope, index);
  const shape = builder.shape(x);
  const axis = axisOf(at, shape.length);
  const count = outputShapes.length;
  const known = sizes?.map((size, _, all) =>
    size === -1 ? shape[axis]! - all.reduce((sum, each) => sum + Math.max(0, each), 0) : size,
  );
  const parts = known ?? Array.from({ length: count }, () => shape[axis]! / count);
  return builder.addMany('Split', [x, builder.indices(parts)], count, { axis });
}

function spread(scope: OperatorScope, op: string, more: Readonly<Record<string, string>>): string {
  const blocksize = scope.options?.int32(0) ?? 0;
  return onChannelsFirst(scope, input(scope, 0), (x) => scope.builder.add(op, [x], { blocksize, ...more }));
}
