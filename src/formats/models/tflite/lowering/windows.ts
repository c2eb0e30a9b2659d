import {
  activated,
  constant,
  input,
  isGiven,
  onChannelsFirst,
  turned,
  type OperatorReader,
  type OperatorScope,
} from './scope';

/** Convolutions and poolings; places of options are those of schema.fbs. */
export const WINDOWS: Readonly<Record<string, OperatorReader>> = {
  // Filters are [out, height, width, in].
  CONV_2D: (scope) => {
    const { options, builder } = scope;
    const [, height, width, channels] = fourSizes(scope, 1);
    const window = {
      strides: [options?.int32(2), options?.int32(1)],
      dilations: [options?.int32(5, 1), options?.int32(4, 1)],
    };
    const weights = turned(scope, 1, [0, 3, 1, 2]);
    const activation = options?.int8(3) ?? 0;
    return dilated(scope, window, activation, (x, own) => {
      const attributes = windowOf(scope, x, [height, width], own);
      return builder.add('Conv', [x, weights, ...bias(scope)], {
        ...attributes,
        group: builder.shape(x)[1]! / channels,
      });
    });
  },
  // Filters are [1, height, width, out].
  DEPTHWISE_CONV_2D: (scope) => {
    const { options, builder } = scope;
    const [, height, width] = fourSizes(scope, 1);
    const window = {
      strides: [options?.int32(2), options?.int32(1)],
      dilations: [options?.int32(6, 1), options?.int32(5, 1)],
    };
    const weights = turned(scope, 1, [3, 0, 1, 2]);
    const activation = options?.int8(4) ?? 0;
    return dilated(scope, window, activation, (x, own) => {
      const attributes = windowOf(scope, x, [height, width], own);
      return builder.add('Conv', [x, weights, ...bias(scope)], { ...attributes, group: builder.shape(x)[1]! });
    });
  },
  TRANSPOSE_CONV: (scope) => {
    const y = onChannelsFirst(scope, input(scope, 2), (x) => transposedConvolution(scope, x));
    return activated(scope, y, scope.options?.int8(3) ?? 0);
  },
  AVERAGE_POOL_2D: (scope) => pooled(scope, 'AveragePool', { count_include_pad: 0 }),
  MAX_POOL_2D: (scope) => pooled(scope, 'MaxPool', {}),
};

/**
 * A convolution between a split of pictures into blocks and their join is one with the block for its dilation: TFLite's converter
 * writes dilated ones that way.
 */
function dilated(
  scope: OperatorScope,
  window: Window,
  activation: number,
  convolve: (x: string, window: Window) => string,
): string {
  const block = scope.blocks.get(input(scope, 0));
  if (block !== undefined && window.strides.some((stride) => stride !== 1))
    throw new Error('it strides over split pictures');
  const own = block === undefined ? window : { ...window, dilations: block };
  const y = activated(
    scope,
    onChannelsFirst(scope, input(scope, 0), (x) => convolve(x, own)),
    activation,
  );
  if (block !== undefined) scope.blocks.set(y, block);
  return y;
}

function bias(scope: OperatorScope, index = 2): string[] {
  return isGiven(scope, index) ? [input(scope, index)] : [];
}

function fourSizes(scope: OperatorScope, index: number): readonly [number, number, number, number] {
  const { shape } = constant(scope, index);
  if (shape.length !== 4) throw new Error('its weights do not have four axes');
  return shape as unknown as readonly [number, number, number, number];
}

function pooled(scope: OperatorScope, op: string, more: Readonly<Record<string, number>>): string {
  const { options, builder } = scope;
  const window = { strides: [options?.int32(2), options?.int32(1)], dilations: [1, 1] };
  const kernel = [options?.int32(4) ?? 0, options?.int32(3) ?? 0] as const;
  const y = onChannelsFirst(scope, input(scope, 0), (x) =>
    builder.add(op, [x], { ...windowOf(scope, x, kernel, window), ...more }),
  );
  return activated(scope, y, options?.int8(5) ?? 0);
}

interface Window {
  readonly strides: readonly (number | undefined)[];
  readonly dilations: readonly (number | undefined)[];
}

function checked(
  { strides, dilations }: Window,
  kernel: readonly number[],
): { strides: number[]; dilations: number[] } {
  const lists = [strides, dilations].map((list) => list.map((each) => each ?? 1));
  if (![...lists.flat(), ...kernel].every((each) => each >= 1 && each <= 65_536))
    throw new Error('its window, strides or dilations are impossible');
  return { strides: lists[0]!, dilations: lists[1]! };
}

/** Attributes of a window over `x`; SAME puts the odd row of padding at the end. */
function windowOf(scope: OperatorScope, x: string, kernel: readonly number[], window: Window) {
  const { strides, dilations } = checked(window, kernel);
  const isSame = (scope.options?.int8(0) ?? 0) === 0;
  const total = scope.builder
    .shape(x)
    .slice(2)
    .map((size, axis) => {
      const count = Math.ceil(size / strides[axis]!);
      return isSame ? Math.max(0, (count - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1 - size) : 0;
    });
  const begin = total.map((pad) => Math.floor(pad / 2));
  return {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...begin, ...total.map((pad, axis) => pad - begin[axis]!)],
  };
}

/** Of the sizes that its first input says; padding is that of the convolution whose transpose it is. */
function transposedConvolution(scope: OperatorScope, x: string): string {
  const { builder, options } = scope;
  const [, height, width] = fourSizes(scope, 1);
  const kernel = [height, width];
  const { strides } = checked({ strides: [options?.int32(2), options?.int32(1)], dilations: [1, 1] }, kernel);
  const sizes = scope.outputShapes[0]?.slice(1, 3) ?? [];
  if (sizes.some((size) => size < 1)) throw new Error('its size is only known when it runs');
  const isSame = (options?.int8(0) ?? 0) === 0;
  const axes = builder
    .shape(x)
    .slice(2)
    .map((size, axis) => {
      const full = (size - 1) * strides[axis]! + kernel[axis]!;
      const total = isSame ? Math.max(0, full - sizes[axis]!) : 0;
      const begin = Math.floor(total / 2);
      return { begin, end: total - begin, more: sizes[axis]! - (full - total) };
    });
  if (axes.some(({ more }) => !(more >= 0))) throw new Error('its output is smaller than its window allows');
  return builder.add('ConvTranspose', [x, turned(scope, 1, [3, 0, 1, 2]), ...bias(scope, 3)], {
    kernel_shape: kernel,
    strides,
    pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
    output_padding: axes.map(({ more }) => more),
  });
}
