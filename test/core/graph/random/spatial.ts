import type { Attributes } from '../../../../src/core/graph/graph';
import { floats } from '../../../../src/core/graph/tensor';
import type { Draft, Step } from './draft';

/** Steps from pictures [N, C, H, W]. */
export const spatial: readonly Step[] = [
  picture((draft, x) => [normalised(draft, convolved(draft, x))]),
  picture((draft, x) => [normalised(draft, convolved(draft, x))]),
  picture((draft, x) => rectifiedPool(draft, normalised(draft, convolved(draft, x)))),
  // As a network written for channels last has it.
  (draft, x) => {
    if (draft.shape(x).length !== 4) return undefined;
    const first = draft.add('Transpose', [x], { perm: [0, 3, 1, 2] }, true);
    const inner = normalised(draft, convolved(draft, first));
    return [draft.add('Transpose', [inner], { perm: [0, 2, 3, 1] })];
  },
  picture((draft, x) => [normalised(draft, enlarged(draft, x))]),
  picture((draft, x) => [normalised(draft, x, 1)]),
  picture((draft, x) => [pooled(draft, x)]),
  picture((draft, x) => rectifiedPool(draft, x)),
  picture(({ draw, builder }, x) => [
    builder.add(draw.pick(['GlobalAveragePool', 'GlobalAveragePool', 'GlobalMaxPool']), [x]),
  ]),
  picture((draft, x) => [resized(draft, x)]),
  picture((draft, x) => {
    const [, channels, height, width] = draft.shape(x) as [number, number, number, number];
    if (channels % 4 === 0)
      return [draft.add('DepthToSpace', [x], { blocksize: 2, mode: draft.draw.pick(['DCR', 'CRD']) }, true)];
    if (height % 2 === 0 && width % 2 === 0) return [draft.add('SpaceToDepth', [x], { blocksize: 2 }, true)];
    return undefined;
  }),
  picture((draft, x) => {
    const channels = draft.shape(x)[1]!;
    const groups = draft.draw.pick([1, 2, channels].filter((count) => channels % count === 0));
    const parameters = [draft.floats([channels], 1, 1.5), draft.floats([channels])];
    if (draft.draw.chance(0.3))
      return [draft.add('LRN', [x], { size: draft.draw.pick([1, 3, 5]), alpha: 0.1, bias: 1 })];
    if (draft.draw.chance(0.5)) return [draft.add('InstanceNormalization', [x, ...parameters], { epsilon: 0.1 })];
    return [draft.add('GroupNormalization', [x, ...parameters], { num_groups: groups, epsilon: 0.1 })];
  }),
  // A weight for each channel, from the whole picture: squeeze and excitation.
  picture((draft, x) => {
    const [batch, channels] = draft.shape(x) as [number, number];
    const mean = draft.add('ReduceMean', [x, draft.indices([2, 3])], { keepdims: 0 });
    const dense = draft.add('Gemm', [mean, draft.floats([channels, channels], 1 / Math.sqrt(channels))]);
    const lined = draft.add('Reshape', [dense, draft.indices([batch, channels, 1, 1])]);
    return [draft.add('Mul', [x, draft.add('Sigmoid', [lined])])];
  }),
];

function picture(step: Step): Step {
  return (draft, x) => (draft.shape(x).length === 4 ? step(draft, x) : undefined);
}

/** A convolution of one group, of several or of each channel, with a bias or none. */
function convolved(draft: Draft, x: string): string {
  const { draw } = draft;
  const [, channels, ...sides] = draft.shape(x) as [number, number, number, number];
  const group = draw.pick([1, 1, 1, channels, 2, 3].filter((count) => channels % count === 0));
  const outputs = group * draw.pick(group === 1 ? [1, 2, 8, 9, 12] : [1, 1, 2]);
  const pads = Array.from({ length: 4 }, () => draw.int(0, 2));
  const kernel = sides.map((side) => draw.int(1, Math.min(3, side)));
  const dilations = kernel.map((size, axis) => (size > 1 && sides[axis]! >= 2 * size ? draw.int(1, 2) : 1));
  const weight = draft.floats(
    [outputs, channels / group, ...kernel],
    1.5 / Math.sqrt(kernel[0]! * kernel[1]! * (channels / group)),
  );
  // ONNX Runtime dilates no kernel whose pads it has to find itself.
  const isDense = dilations.every((dilation) => dilation === 1);
  const attributes: Attributes = {
    group,
    dilations,
    strides: sides.map(() => draw.pick([1, 1, 2])),
    ...(isDense && draw.chance(0.3) ? { auto_pad: draw.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) } : { pads }),
    ...(draw.chance(0.5) && { kernel_shape: kernel }),
  };
  return draft.add('Conv', [x, weight, ...biasOf(draft, outputs)], attributes);
}

function biasOf(draft: Draft, channels: number): readonly string[] {
  return draft.draw.pick([[], [''], [draft.floats([channels])], [draft.floats([channels])]]);
}

function enlarged(draft: Draft, x: string): string {
  const { draw } = draft;
  const channels = draft.shape(x)[1]!;
  const group = draw.pick([1, channels, 2].filter((count) => channels % count === 0));
  const each = draw.int(1, 3);
  const strides = [draw.int(1, 2), draw.int(1, 2)];
  const weight = draft.floats([channels, each, 2, 3], 1 / Math.sqrt((6 * channels) / group));
  return draft.add('ConvTranspose', [x, weight, ...biasOf(draft, each * group)], {
    group,
    strides,
    pads: [draw.int(0, 1), draw.int(0, 1), 0, draw.int(0, 1)],
    output_padding: strides.map((stride) => draw.int(0, stride - 1)),
  });
}

/** Batch normalisation behind it, or not; what it normalises now and then has another reader. */
function normalised(draft: Draft, x: string, probability = 0.65): string {
  const { draw } = draft;
  if (!draw.chance(probability)) return x;
  if (draw.chance(0.2)) draft.values.push(x);
  const channels = [draft.shape(x)[1]!];
  const statistics = [
    draft.floats(channels, 1, 0.3),
    draft.floats(channels),
    draft.floats(channels, 0.5),
    draft.floats(channels, 0.7, 1.2),
  ];
  // A single list serves twice where it can.
  if (draw.chance(0.1)) statistics[2] = statistics[1]!;
  return draft.add('BatchNormalization', [x, ...statistics], {
    ...(draw.chance(0.7) && { epsilon: draw.pick([1e-5, 1e-3, 0.1]) }),
    ...(draw.chance(0.2) && { momentum: 0.9 }),
  });
}

function pooled(draft: Draft, x: string): string {
  const { draw } = draft;
  const kernel = draft
    .shape(x)
    .slice(2)
    .map((side) => draw.int(1, Math.min(3, side)));
  const attributes: Attributes = {
    kernel_shape: kernel,
    strides: kernel.map((size) => draw.int(1, Math.min(2, size))),
    ...(draw.chance(0.3)
      ? { auto_pad: draw.pick(['SAME_UPPER', 'VALID']) }
      : { pads: [0, 0, 1, 1].map((end, at) => Math.min(kernel[at % 2]! - 1, draw.int(0, 1) * end)) }),
  };
  if (draw.chance(0.5)) return draft.add('MaxPool', [x], attributes, true);
  return draft.add('AveragePool', [x], { ...attributes, count_include_pad: draw.int(0, 1) });
}

/** A rectifier (or another function of one value) and a pooling without overlap. */
function rectifiedPool(draft: Draft, x: string): readonly string[] | undefined {
  const { draw } = draft;
  const sides = draft.shape(x).slice(2);
  if (sides.some((side) => side < 2)) return undefined;
  const y = draft.add(draw.pick(['Relu', 'Relu', 'Tanh']), [x], {}, true);
  if (draw.chance(0.2)) draft.values.push(y);
  const kernel = sides.map((side) => draw.int(1, Math.min(3, side)));
  const outputs = draft.addMany(
    'MaxPool',
    [y],
    draw.chance(0.15) ? 2 : 1,
    { kernel_shape: kernel, strides: kernel },
    true,
  );
  return outputs.slice(0, 1);
}

function resized(draft: Draft, x: string): string {
  const { draw, builder } = draft;
  const shape = draft.shape(x);
  const mode = draw.pick(['nearest', 'linear']);
  const asymmetric = { mode, coordinate_transformation_mode: 'asymmetric' };
  const attributes = mode === 'nearest' ? { ...asymmetric, nearest_mode: 'floor' } : asymmetric;
  const half = { mode, coordinate_transformation_mode: 'half_pixel' };
  if (draw.chance(0.5)) {
    const scales = floats([4], [1, 1, draw.pick([0.5, 1.7, 2, 3]), draw.pick([0.6, 1, 1.3, 2])]);
    return draft.add('Resize', [x, '', builder.constant(scales)], attributes, mode === 'nearest');
  }
  const sizes = draft.indices([shape[0]!, shape[1]!, draw.int(1, 7), draw.int(1, 7)]);
  return draft.add('Resize', [x, '', '', sizes], mode === 'linear' ? half : attributes, mode === 'nearest');
}
