import type { Network } from './network';

/** Makes a vector of features of a picture [channels, height, width]. */
type Body = (net: Network, x: string) => string;

function convolve(
  net: Network,
  x: string,
  channels: number,
  { kernel = 3, stride = 1, depthwise = false }: { kernel?: number; stride?: number; depthwise?: boolean } = {},
): string {
  const [from, height, width] = net.shape(x) as [number, number, number];
  const each = depthwise ? 1 : from;
  const weights = net.weights([channels, each, kernel, kernel], 1 / Math.sqrt(each * kernel * kernel));
  const pad = Math.floor(kernel / 2);
  const side = (size: number): number => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const attributes = {
    kernel_shape: [kernel, kernel],
    pads: [pad, pad, pad, pad],
    strides: [stride, stride],
    ...(depthwise && { group: from }),
  };
  return net.add('Conv', [x, weights, net.weights([channels], 0.1)], [channels, side(height), side(width)], attributes);
}

/** What stands between layers, the same everywhere in a network; half of them bend nowhere. */
function activate(net: Network, x: string): string {
  if (net.activation === 'Swish') return net.add('Mul', [x, net.same('Sigmoid', x)], net.shape(x));
  return net.same(net.activation, x);
}

function batchNormalise(net: Network, x: string): string {
  const channels = net.shape(x)[0]!;
  const spread = (centre: number): Float32Array => net.draw.normals(channels, 0.1).map((each) => centre + each);
  const parts = [spread(1), spread(0), spread(0), spread(1)].map((values) => net.floats([channels], values));
  return net.add('BatchNormalization', [x, ...parts], net.shape(x), { epsilon: { float: 1e-3 } });
}

function pool(net: Network, x: string, op: 'MaxPool' | 'AveragePool'): string {
  const [channels, height, width] = net.shape(x) as [number, number, number];
  const [kernelHeight, kernelWidth] = [Math.min(2, height), Math.min(2, width)];
  return net.add(op, [x], [channels, Math.floor(height / kernelHeight), Math.floor(width / kernelWidth)], {
    kernel_shape: [kernelHeight, kernelWidth],
    strides: [kernelHeight, kernelWidth],
  });
}

function average(net: Network, x: string): string {
  const channels = net.shape(x)[0]!;
  if (net.draw.chance(0.5)) return net.reduce('ReduceMean', x, [2, 3], false);
  const mean = net.add('GlobalAveragePool', [x], [channels, 1, 1]);
  return net.draw.chance(0.5) ? flatten(net, mean) : net.reshape(mean, [channels]);
}

export function flatten(net: Network, x: string): string {
  const size = net.shape(x).reduce((product, each) => product * each, 1);
  return net.add('Flatten', [x], [size], { axis: 1 });
}

function dense(net: Network, x: string, units: number): string {
  const from = net.shape(x)[0]!;
  const weights = net.weights([from, units], 1 / Math.sqrt(from));
  return net.add('Gemm', [x, weights, net.weights([units], 0.1)], [units]);
}

/** Attention over patches of 2 × 2, as vision transformers have it. */
function attention(net: Network, x: string): string {
  const size = 6;
  const patches = convolve(net, x, size, { kernel: 2, stride: 2 });
  const [, height, width] = net.shape(patches) as [number, number, number];
  const count = height * width;
  const tokens = net.transpose(net.reshape(patches, [size, count]), 1, 0);
  const project = (value: string): string => net.add('MatMul', [value, net.weights([size, size], 0.4)], [count, size]);
  const [query, key, value] = [project(tokens), project(tokens), project(tokens)];
  const products = net.add('MatMul', [query, net.transpose(key, 1, 0)], [count, count]);
  const weights = net.add('Softmax', [products], [count, count], { axis: 2 });
  const mixed = net.add('MatMul', [weights, value], [count, size]);
  return net.reduce('ReduceMean', net.add('Add', [mixed, tokens], [count, size]), [1], false);
}

function groupNormalise(net: Network, x: string): string {
  const shape = net.shape(x);
  const size = shape.reduce((product, each) => product * each, 1);
  const grouped = net.reshape(x, [2, size / 2]);
  const parts = [net.floats([2], [1, 1.1]), net.floats([2], [0, 0.1])];
  const normal = net.add('InstanceNormalization', [grouped, ...parts], [2, size / 2], { epsilon: { float: 1e-3 } });
  return net.with('Mul', net.reshape(normal, shape), net.weights([shape[0]!, 1, 1], 1));
}

function squeezeAndExcite(net: Network, x: string): string {
  const channels = net.shape(x)[0]!;
  const mean = net.add('GlobalAveragePool', [x], [channels, 1, 1]);
  const narrow = activate(net, convolve(net, mean, 4, { kernel: 1 }));
  const wide = convolve(net, narrow, channels, { kernel: 1 });
  const gate = net.draw.chance(0.5)
    ? net.same('Sigmoid', wide)
    : net.same('HardSigmoid', wide, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  return net.add('Mul', [x, gate], net.shape(x));
}

export const BODIES: Readonly<Record<string, Body>> = {
  plain: (net, x) => average(net, activate(net, convolve(net, x, 6))),
  pooled: (net, x) => {
    const first = activate(net, batchNormalise(net, convolve(net, x, 6)));
    return average(net, activate(net, convolve(net, pool(net, first, net.draw.of(['MaxPool', 'AveragePool'])), 8)));
  },
  depthwise: (net, x) => {
    const first = net.clip(convolve(net, x, 6), 0, 6);
    const each = batchNormalise(net, convolve(net, first, 6, { depthwise: true }));
    return average(net, net.clip(convolve(net, each, 8, { kernel: 1 }), 0, 6));
  },
  groups: (net, x) => average(net, activate(net, groupNormalise(net, convolve(net, x, 6)))),
  attention,
  excited: (net, x) => average(net, squeezeAndExcite(net, activate(net, convolve(net, x, 8)))),
  flattened: (net, x) => {
    const maps = net.same('Tanh', convolve(net, x, 3, { stride: 2 }));
    return net.same('Tanh', dense(net, net.draw.chance(0.5) ? flatten(net, maps) : reshapedFlat(net, maps), 8));
  },
  residual: (net, x) => {
    const first = activate(net, convolve(net, x, 6));
    const second = convolve(net, activate(net, batchNormalise(net, convolve(net, first, 6))), 6);
    return average(net, activate(net, net.add('Add', [first, second], net.shape(first))));
  },
  /** As converters of TensorFlow leave it: every convolution between two transpositions. */
  turned: (net, x) => {
    const first = net.transpose(activate(net, convolve(net, x, 6)), 1, 2, 0);
    const scaled = net.with('Add', net.with('Mul', first, net.weights([6], 1)), net.weights([6], 0.1));
    const second = net.transpose(convolve(net, net.transpose(scaled, 2, 0, 1), 6), 1, 2, 0);
    return net.reduce('ReduceMean', activate(net, second), [1, 2], false);
  },
};

function reshapedFlat(net: Network, x: string): string {
  return net.reshape(x, [net.shape(x).reduce((product, each) => product * each, 1)]);
}

/** Operations that let the pictures of one run influence one another; the batch is 1 in the model's own use. */
export const MIXINGS: Readonly<Record<string, Body>> = {
  'mean-of-all': (net, x) => {
    const centred = net.add('Sub', [x, net.reduce('ReduceMean', x, [0, 1, 2, 3], true)], net.shape(x));
    const square = net.add('Mul', [centred, centred], net.shape(x));
    const deviation = net.same('Sqrt', net.reduce('ReduceMean', square, [0, 1, 2, 3], true));
    return net.add('Div', [centred, net.with('Add', deviation, net.scalar(1e-3))], net.shape(x));
  },
  'range-of-all': (net, x) => {
    const [top, bottom] = ['ReduceMax', 'ReduceMin'].map((op) => net.add(op, [x], [], { keepdims: 0 }));
    const span = net.with('Add', net.add('Sub', [top!, bottom!], []), net.floats([], [1e-3]));
    const inside = net.add('Div', [net.add('Sub', [x, bottom!], net.shape(x)), span], net.shape(x));
    return net.with('Mul', inside, net.floats([], [3]));
  },
  'mean-over-batch': (net, x) => {
    const half = net.with('Mul', net.reduce('ReduceMean', x, [0], true), net.scalar(0.5));
    return net.add('Add', [x, half], net.shape(x));
  },
  'first-of-batch': (net, x) => {
    const first = net.add('Gather', [x, net.ints(0)], net.shape(x), { axis: 0 });
    return net.add('Add', [x, net.with('Mul', first, net.scalar(0.4))], net.shape(x));
  },
  'hidden-in-reshape': (net, x) => {
    const shape = net.shape(x);
    const channels = shape[0]!;
    const grouped = net.add('Reshape', [x, net.ints(1, channels, -1)], [channels, -1]);
    const parts = [net.floats([channels], new Float32Array(channels).fill(1)), net.weights([channels], 0.2)];
    const normal = net.add('InstanceNormalization', [grouped, ...parts], [channels, -1], { epsilon: { float: 1e-3 } });
    return net.add('Reshape', [normal, net.ints(-1, ...shape)], shape);
  },
  'hidden-in-flatten': (net, x) => {
    const shape = net.shape(x);
    const flat = net.add('Flatten', [x], [-1], { axis: 0 });
    const size = net.reduce('ReduceMean', net.same('Abs', flat), [1], true);
    return net.add('Reshape', [net.add('Div', [flat, size], [-1]), net.ints(-1, ...shape)], shape);
  },
  'sum-along-batch': (net, x) => net.add('CumSum', [x, net.ints(0)], net.shape(x)),
  'attention-over-batch': (net, x) => {
    const flat = flatten(net, x);
    const size = net.shape(flat)[0]!;
    const turned = net.add('Transpose', [flat], [], { perm: [1, 0] });
    const products = net.with('Mul', net.add('MatMul', [flat, turned], []), net.floats([], [0.1]));
    const weights = net.add('Softmax', [products], [], { axis: 1 });
    const mixed = net.add('MatMul', [weights, flat], [size]);
    return net.reshape(mixed, net.shape(x));
  },
};

/** Operators of other domains or rare ones, which the product need not know: it then runs the file itself. */
export const UNKNOWN: Readonly<Record<string, Body>> = {
  Atanh: (net, x) => net.same('Atanh', net.with('Mul', net.same('Tanh', x), net.scalar(0.9))),
  Asinh: (net, x) => net.same('Asinh', x),
  QuickGelu: (net, x) => net.add('QuickGelu', [x], net.shape(x), { alpha: { float: 1.702 } }, 'com.microsoft'),
  FusedMatMul: (net, x) => {
    const size = net.shape(x).at(-1)!;
    return net.add('FusedMatMul', [x, net.weights([size, size], 0.5)], net.shape(x), {}, 'com.microsoft');
  },
};
