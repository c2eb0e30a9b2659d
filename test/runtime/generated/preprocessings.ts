import type { ModelSpec } from '../../../src/core/model/modelInfo';
import type { ElementName } from './onnxFile';
import type { Network } from './network';

/** What the tensor at the model's input holds for a picture: per channel (low + pixel · (high − low) − mean) / std. */
export interface Fed {
  readonly range: readonly [number, number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly isReversed: boolean;
  readonly type: ElementName;
}

/** One way in which a model wants its pictures. */
export interface Preprocessing {
  readonly fed: Partial<Fed>;
  /** What a user of that model writes into lens.json; none where the model itself says it. */
  readonly spec?: NonNullable<ModelSpec['input']>;
  /** Nothing in the file tells, so that the product may be wrong if it says so. */
  readonly isUnknowable?: true;
  /** The picture's sides are these times the body's. */
  readonly enlarged?: number;
  /** The picture's sides are larger by this than the body's. */
  readonly border?: number;
  readonly colourOnly?: true;
  /** Brings the input (channels at `axis`, counted with the batch) to numbers around 0 of the same shape, or cropped. */
  build(net: Network, x: string, axis: number): string;
}

const BYTES = { range: [0, 255] } as const;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const CAFFE = [103.939, 116.779, 123.68] as const;
const asItIs = (_net: Network, x: string): string => x;

/** Numbers for each channel, shaped so that they broadcast at `axis`. */
function perChannel(net: Network, x: string, axis: number, values: readonly number[]): string {
  const { length } = net.shape(x);
  const channels = net.shape(x)[axis - 1]!;
  const own = Array.from({ length: channels }, (_, channel) => values[channel % values.length]!);
  const shape = Array.from({ length: length - axis + 1 }, (_, at) => (at === 0 ? channels : 1));
  return net.floats(net.draw.chance(0.5) ? [1, ...new Array<number>(axis - 1).fill(1), ...shape] : shape, own);
}

function standardise(
  net: Network,
  x: string,
  axis: number,
  mean: readonly number[],
  std: readonly number[],
  inverse = false,
): string {
  const centred = net.with('Sub', x, perChannel(net, x, axis, mean));
  return inverse
    ? net.with(
        'Mul',
        centred,
        perChannel(
          net,
          x,
          axis,
          std.map((each) => 1 / each),
        ),
      )
    : net.with('Div', centred, perChannel(net, x, axis, std));
}

function batchNormalise(
  net: Network,
  x: string,
  axis: number,
  mean: readonly number[],
  deviation: readonly number[],
): string {
  const channels = net.shape(x)[axis - 1]!;
  const own = (values: readonly number[]): string =>
    net.floats(
      [channels],
      Array.from({ length: channels }, (_, at) => values[at % values.length]!),
    );
  const parts = [own([1.1, 0.9, 1]), own([0.1, -0.2, 0.05]), own(mean), own(deviation.map((each) => each ** 2))];
  const first = axis === 1 ? x : net.transpose(x, 2, 0, 1);
  const scaled = net.add('BatchNormalization', [first, ...parts], net.shape(first), { epsilon: { float: 1e-3 } });
  return axis === 1 ? scaled : net.transpose(scaled, 1, 2, 0);
}

function flip(net: Network, x: string, axis: number): string {
  const how = net.draw.of(['gather', 'slices', 'split', 'negative'] as const);
  if (how === 'gather') return net.gather(x, axis, [2, 1, 0]);
  if (how === 'negative') {
    const inputs = [x, net.ints(-1), net.ints(-(2 ** 31)), net.ints(axis), net.ints(-1)];
    return net.add('Slice', inputs, net.shape(x));
  }
  const single = net.shape(x).map((size, at) => (at === axis - 1 ? 1 : size));
  const parts =
    how === 'slices'
      ? [0, 1, 2].map((channel) => net.slice(x, axis, channel, channel + 1))
      : net.addAll(
          'Split',
          net.opset < 13 ? [x] : [x, net.ints(1, 1, 1)],
          [single, single, single],
          net.opset < 13 ? { axis, split: [1, 1, 1] } : { axis },
        );
  return net.add('Concat', parts.reverse(), net.shape(x), { axis });
}

const scaled =
  (...steps: readonly (readonly [string, number])[]) =>
  (net: Network, x: string): string =>
    steps.reduce((value, [op, number]) => net.with(op, value, net.scalar(number)), x);

function cropped(net: Network, x: string, axis: number, border: number): string {
  const [rows, columns] = axis === 1 ? [2, 3] : [1, 2];
  const start = Math.floor(border / 2);
  const end = (at: number): number => net.shape(x)[at - 1]! - (border - start);
  return net.slice(net.slice(x, rows, start, end(rows)), columns, start, end(columns));
}

function resized(net: Network, x: string, axis: number, factor: number, mode: string): string {
  const first = axis === 1 ? x : net.transpose(x, 2, 0, 1);
  const [channels, height, width] = net.shape(first) as [number, number, number];
  const scales = net.floats([4], [1, 1, 1 / factor, 1 / factor]);
  const attributes = { mode, coordinate_transformation_mode: 'half_pixel', nearest_mode: 'floor' };
  const empty = net.floats([0], []);
  const shape = [channels, height / factor, width / factor];
  const small = net.add('Resize', [first, empty, scales], shape, attributes);
  return axis === 1 ? small : net.transpose(small, 1, 2, 0);
}

function padded(net: Network, x: string, axis: number): string {
  const at = (size: number): number[] => (axis === 1 ? [0, 0, size, size] : [0, size, size, 0]);
  const shape = net.shape(x).map((size, each) => (each === axis - 1 ? size : size + 2));
  const value = net.floats([], [0]);
  return net.add('Pad', [x, net.ints(...at(1), ...at(1)), value], shape, { mode: 'constant' });
}

const centre = scaled(['Sub', 0.5], ['Mul', 3.5]);

export const PREPROCESSINGS: Readonly<Record<string, Preprocessing>> = {
  // Said in lens.json, nothing in the model.
  'spec-unit': { fed: {}, spec: { preset: 'unit' }, build: centre },
  'spec-byte': { fed: BYTES, spec: { preset: 'byte' }, build: foldedIntoWeights },
  'spec-signed': { fed: { range: [-1, 1] }, spec: { preset: 'signed' }, build: scaled(['Mul', 1.7]) },
  'spec-torchvision': { fed: IMAGENET, spec: { preset: 'torchvision' }, colourOnly: true, build: asItIs },
  'spec-caffe': {
    fed: { ...BYTES, mean: CAFFE, isReversed: true },
    spec: { preset: 'caffe' },
    colourOnly: true,
    build: (net, x, axis) => net.with('Mul', x, perChannel(net, x, axis, [0.012, 0.016, 0.02])),
  },
  'spec-mean-std': {
    fed: { range: [0, 1], mean: [0.4], std: [0.3] },
    spec: { mean: [0.4], std: [0.3] },
    build: asItIs,
  },
  'spec-bgr': {
    fed: { range: [-2, 2], isReversed: true },
    spec: { range: [-2, 2], color: 'bgr' },
    colourOnly: true,
    build: asItIs,
  },
  'spec-byte-and-scaling': {
    fed: BYTES,
    spec: { preset: 'byte' },
    build: scaled(['Div', 255], ['Sub', 0.5], ['Mul', 3]),
  },
  // Said nowhere.
  'unsaid-unit': { fed: {}, isUnknowable: true, build: asItIs },
  'unsaid-byte': { fed: BYTES, isUnknowable: true, build: foldedIntoWeights },
  // Said by the model's first operators.
  'mul-255th': { fed: BYTES, build: (net, x) => centre(net, scaled(['Mul', 1 / 255])(net, x)) },
  'div-255': { fed: BYTES, build: (net, x) => centre(net, scaled(['Div', 255])(net, x)) },
  'div-127-minus-1': { fed: BYTES, build: scaled(['Div', 127.5], ['Sub', 1]) },
  'mul-127th-minus-1': { fed: BYTES, build: scaled(['Mul', 1 / 127.5], ['Add', -1]) },
  'minus-127-div-127': { fed: BYTES, build: scaled(['Sub', 127.5], ['Div', 127.5]) },
  'twice-minus-1': { fed: {}, build: scaled(['Mul', 2], ['Sub', 1]) },
  'minus-half-div-half': { fed: {}, build: scaled(['Sub', 0.5], ['Div', 0.5]) },
  'bytes-mean-std': {
    fed: BYTES,
    build: (net, x, axis) =>
      standardise(net, x, axis, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], net.draw.chance(0.5)),
  },
  'unit-mean-std': {
    fed: {},
    build: (net, x, axis) => standardise(net, x, axis, IMAGENET.mean, IMAGENET.std, net.draw.chance(0.5)),
  },
  '255th-then-mean-std': {
    fed: BYTES,
    build: (net, x, axis) => standardise(net, scaled(['Div', 255])(net, x), axis, IMAGENET.mean, IMAGENET.std),
  },
  'batch-norm-of-bytes': {
    fed: BYTES,
    build: (net, x, axis) => batchNormalise(net, x, axis, [121.3, 117.9, 104.2], [61.2, 58.4, 63.1]),
  },
  'batch-norm-of-unit': {
    fed: {},
    build: (net, x, axis) => batchNormalise(net, x, axis, [0.47, 0.44, 0.41], [0.25, 0.23, 0.26]),
  },
  'caffe-in-the-model': {
    fed: BYTES,
    colourOnly: true,
    build: (net, x, axis) => {
      const centred = net.with('Sub', flip(net, x, axis), perChannel(net, x, axis, CAFFE));
      return net.with('Mul', centred, net.scalar(1 / 64));
    },
  },
  'flip-then-255th': {
    fed: BYTES,
    colourOnly: true,
    build: (net, x, axis) => centre(net, scaled(['Mul', 1 / 255])(net, flip(net, x, axis))),
  },
  'transposed-twice-then-255th': {
    fed: BYTES,
    build: (net, x) => {
      const turned = scaled(['Div', 255])(net, net.transpose(x, 1, 2, 0));
      return centre(net, net.transpose(turned, 2, 0, 1));
    },
  },
  'clip-then-255th': {
    fed: BYTES,
    build: (net, x) => centre(net, scaled(['Div', 255])(net, net.clip(x, 0, 255))),
  },
  'clip-unit': { fed: {}, build: (net, x) => centre(net, net.clip(x, 0, 1)) },
  'identity-then-255th': {
    fed: BYTES,
    build: (net, x) => centre(net, scaled(['Mul', 1 / 255])(net, net.same('Identity', x))),
  },
  uint8: {
    fed: { ...BYTES, type: 'uint8' },
    build: (net, x) => centre(net, scaled(['Div', 255])(net, net.same('Cast', x, { to: 1 }))),
  },
  'uint8-mean-std': {
    fed: { ...BYTES, type: 'uint8' },
    build: (net, x, axis) =>
      standardise(net, net.same('Cast', x, { to: 1 }), axis, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]),
  },
  'uint8-without-scaling': {
    fed: { ...BYTES, type: 'uint8' },
    build: (net, x, axis) => foldedIntoWeights(net, net.same('Cast', x, { to: 1 }), axis),
  },
  int32: {
    fed: { ...BYTES, type: 'int32' },
    build: (net, x) => scaled(['Div', 127.5], ['Sub', 1])(net, net.same('Cast', x, { to: 1 })),
  },
  'half-input': {
    fed: { ...BYTES, type: 'float16' },
    build: (net, x) => centre(net, scaled(['Div', 255])(net, net.same('Cast', x, { to: 1 }))),
  },
  'double-input': {
    fed: { type: 'double' },
    spec: { preset: 'unit' },
    build: (net, x) => centre(net, net.same('Cast', x, { to: 1 })),
  },
  'resize-then-255th': {
    fed: BYTES,
    enlarged: 2,
    build: (net, x, axis) => {
      const small = resized(net, x, axis, 2, net.draw.of(['linear', 'nearest']));
      return centre(net, scaled(['Div', 255])(net, small));
    },
  },
  '255th-then-resize': {
    fed: BYTES,
    enlarged: 2,
    build: (net, x, axis) => centre(net, resized(net, scaled(['Mul', 1 / 255])(net, x), axis, 2, 'linear')),
  },
  'crop-then-255th': {
    fed: BYTES,
    border: 3,
    build: (net, x, axis) => centre(net, scaled(['Div', 255])(net, cropped(net, x, axis, 3))),
  },
  'crop-of-spec-unit': {
    fed: {},
    spec: { preset: 'unit' },
    border: 2,
    build: (net, x, axis) => centre(net, cropped(net, x, axis, 2)),
  },
  'pad-then-255th': {
    fed: BYTES,
    border: -2,
    build: (net, x, axis) => centre(net, scaled(['Div', 255])(net, padded(net, x, axis))),
  },
  'grey-of-bytes': {
    fed: BYTES,
    colourOnly: true,
    build: (net, x, axis) => {
      const weighed = net.with('Mul', x, perChannel(net, x, axis, [0.299, 0.587, 0.114]));
      const grey = net.reduce('ReduceSum', weighed, [axis], true);
      const centred = scaled(['Div', 255], ['Sub', 0.5], ['Mul', 3])(net, grey);
      return net.add('Add', [centred, net.with('Mul', x, net.scalar(1e-3))], net.shape(x));
    },
  },
};

/** Stands for a first convolution that learned on bytes: a convolution 1 × 1 with small weights, or the same as products. */
function foldedIntoWeights(net: Network, x: string, axis: number): string {
  const channels = net.shape(x)[axis - 1]!;
  if (axis !== 1) {
    const mixing = net.floats([channels, channels], mixingOf(channels));
    return net.add('Add', [net.add('MatMul', [x, mixing], net.shape(x)), net.scalar(-1.6)], net.shape(x));
  }
  const weights = net.floats([channels, channels, 1, 1], mixingOf(channels));
  return net.add('Conv', [x, weights, net.floats([channels], new Float32Array(channels).fill(-1.6))], net.shape(x));
}

function mixingOf(channels: number): Float32Array {
  return Float32Array.from({ length: channels ** 2 }, (_, at) =>
    at % channels === Math.floor(at / channels) ? 0.0137 : -0.0009,
  );
}
