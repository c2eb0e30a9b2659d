import { scaleBetween } from '../../../core/graph/ops/resizeMap';
import { floats, sizeOf } from '../../../core/graph/tensor';
import { arrayAt, flagAt, numberAt, stringAt } from '../../json/json';
import { integersAt, perAxisAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import { plainValue, type LayerValue } from './value';
import { isChannelsFirst, pictureOf, pictureValue } from './window';

/** Layers that move, repeat or leave out elements. Keras's own order of elements holds. */
export const SHAPES: Readonly<Record<string, LayerReader>> = {
  Flatten: (scope, inputs) => {
    const x = only(inputs);
    const { builder } = scope;
    // With channels first Keras moves them to the end before it flattens.
    const perm = [0, ...x.shape.slice(2).map((_, axis) => axis + 2), 1];
    const name =
      isChannelsFirst(scope) && x.shape.length > 2 ? builder.add('Transpose', [x.plain()], { perm }) : x.plain();
    return plainValue(builder, builder.add('Flatten', [name], { axis: 1 }));
  },
  Reshape: (scope, inputs) => {
    const sizes = integersAt(scope.config, 'target_shape') ?? [];
    return reshaped(scope, only(inputs), sizes);
  },
  Permute: (scope, inputs) => {
    const x = only(inputs);
    const dims = integersAt(scope.config, 'dims') ?? [];
    if (dims.length !== x.shape.length - 1) throw new Error('its order of axes does not suit its input');
    return plainValue(scope.builder, scope.builder.add('Transpose', [x.plain()], { perm: [0, ...dims] }));
  },
  RepeatVector: (scope, inputs) => {
    const { builder } = scope;
    const [count = 0] = perAxisAt(scope.config, 'n', [1]);
    const row = builder.add('Unsqueeze', [only(inputs).plain(), builder.indices([1])]);
    return plainValue(builder, builder.add('Expand', [row, builder.indices([1, count, 1])]));
  },
  ZeroPadding2D: (scope, inputs) => {
    const [top, bottom, left, right] = sides(scope, 'padding', 1);
    const x = pictureOf(scope, only(inputs));
    const pads = scope.builder.indices([0, 0, top, left, 0, 0, bottom, right]);
    return pictureValue(scope, scope.builder.add('Pad', [x, pads]));
  },
  Cropping2D: (scope, inputs) => {
    const [top, bottom, left, right] = sides(scope, 'cropping', 0);
    return cropped(scope, only(inputs), [top, left], [bottom, right]);
  },
  CenterCrop: (scope, inputs) => {
    const x = only(inputs);
    const [, , height, width] = scope.builder.shape(pictureOf(scope, x)) as [number, number, number, number];
    const wanted = [numberAt(scope.config, 'height') ?? height, numberAt(scope.config, 'width') ?? width] as const;
    const [top, left] = [Math.floor((height - wanted[0]) / 2), Math.floor((width - wanted[1]) / 2)];
    if (top < 0 || left < 0) throw new Error('it enlarges its input');
    return cropped(scope, x, [top, left], [height - wanted[0] - top, width - wanted[1] - left]);
  },
  UpSampling2D: (scope, inputs) => {
    const [rows, columns] = perAxisAt(scope.config, 'size', [2, 2]) as [number, number];
    const method = stringAt(scope.config, 'interpolation') ?? 'nearest';
    const x = pictureOf(scope, only(inputs));
    const [, , height, width] = scope.builder.shape(x) as [number, number, number, number];
    return pictureValue(scope, resized(scope, x, [height * rows, width * columns], method));
  },
  Resizing: (scope, inputs) => {
    const given = only(inputs);
    const x = pictureOf(scope, given);
    const [, , height, width] = scope.builder.shape(x) as [number, number, number, number];
    const wanted = [numberAt(scope.config, 'height') ?? height, numberAt(scope.config, 'width') ?? width] as const;
    if (wanted[0] === height && wanted[1] === width) return given;
    if (flagAt(scope.config, 'crop_to_aspect_ratio', false) || flagAt(scope.config, 'pad_to_aspect_ratio', false))
      throw new Error('it keeps the ratio of the sides');
    if (flagAt(scope.config, 'antialias', false)) throw new Error('it smooths while it resizes');
    return pictureValue(scope, resized(scope, x, wanted, stringAt(scope.config, 'interpolation') ?? 'bilinear'));
  },
};

/** Keras's elements in another shape; −1 takes what is left. */
export function reshaped({ builder }: LayerScope, x: LayerValue, sizes: readonly number[]): LayerValue {
  const total = sizeOf(x.shape.slice(1));
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const full = sizes.map((size) => (size === -1 ? total / known : size));
  if (!full.every((size) => Number.isSafeInteger(size) && size > 0) || sizeOf(full) !== total)
    throw new Error(`[${x.shape.slice(1).join(', ')}] does not have the elements of [${sizes.join(', ')}]`);
  return plainValue(builder, builder.add('Reshape', [x.plain(), builder.indices([0, ...full])]));
}

/** Top, bottom, left, right out of one number, two, or two pairs. */
function sides({ config }: LayerScope, key: string, fallback: number): readonly [number, number, number, number] {
  const list = arrayAt(config, key);
  const pairs = list?.every(Array.isArray)
    ? list.map((_, axis) => perAxisAt(Object.fromEntries([[key, list[axis]]]), key, [0, 0], 0))
    : perAxisAt(config, key, [fallback, fallback], 0).map((each) => [each, each]);
  const [rows, columns] = pairs;
  if (rows === undefined || columns === undefined || pairs.length !== 2) throw new Error(`“${key}” does not suit it`);
  return [rows[0]!, rows[1]!, columns[0]!, columns[1]!];
}

function cropped(
  scope: LayerScope,
  given: LayerValue,
  begin: readonly [number, number],
  end: readonly [number, number],
): LayerValue {
  const { builder } = scope;
  const x = pictureOf(scope, given);
  const sizes = builder.shape(x).slice(2);
  const ends = sizes.map((size, axis) => size - end[axis]!);
  if (ends.some((each, axis) => each <= begin[axis]!)) throw new Error('it leaves nothing of its input');
  const lists = [begin, ends, [2, 3]].map((list) => builder.indices(list));
  return pictureValue(scope, builder.add('Slice', [x, ...lists]));
}

/** Pixels are areas: the middle of an output pixel is mapped to the input, as TensorFlow 2 does. */
function resized({ builder }: LayerScope, x: string, to: readonly [number, number], method: string): string {
  if (method !== 'nearest' && method !== 'bilinear')
    throw new Error(`its interpolation “${method.slice(0, 40)}” is not known`);
  for (const size of to)
    if (!(Number.isInteger(size) && size > 0 && size <= 65_536)) throw new Error(`it cannot have the size ${size}`);
  const from = builder.shape(x).slice(2) as [number, number];
  const isWhole = to.every((size, axis) => Number.isInteger(size / from[axis]!));
  if (method === 'nearest' && !isWhole)
    return to.reduce((picture, size, axis) => {
      const places = builder.indices(nearestPlaces(from[axis]!, size));
      return builder.add('Gather', [picture, places], { axis: axis + 2 });
    }, x);
  const scales = builder.constant(
    floats([4], [1, 1, ...to.map((size, axis) => scaleBetween(from[axis]!, size))]),
    'scales',
  );
  const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const linear = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  return builder.add('Resize', [x, '', scales], method === 'nearest' ? nearest : linear);
}

/** The element that TensorFlow takes for each of `to` elements, ⌊(i + ½)·from/to⌋ in float32; ONNX Runtime rounds otherwise. */
function nearestPlaces(from: number, to: number): number[] {
  const f = Math.fround;
  const step = f(from / to);
  return Array.from({ length: to }, (_, index) => Math.min(from - 1, Math.floor(f((index + 0.5) * step))));
}
