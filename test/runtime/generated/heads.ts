import { flatten } from './bodies';
import type { Network } from './network';

/** What the numbers of the scores' output are. */
export type Meaning =
  | 'logits'
  | 'probabilities'
  | 'log-probabilities'
  | 'independent'
  | 'independent-logits'
  | 'positive-probability'
  | 'positive-logit'
  | 'percent';

/** Makes logits of `count` classes, shaped [count], [count, 1, 1] or [1, count] for each picture. */
export type ClassLayer = (count: number, form?: 'vector' | 'spatial' | 'token', spread?: number) => string;

export interface Head {
  readonly meaning: Meaning;
  /** The file alone does not say what the numbers are, or they are more than one answer: a warning about them is fair. */
  readonly isUncertain?: true;
  /** Only of files of at most this operator set. */
  readonly untilOpset?: number;
  /** Only of files of at least this operator set. */
  readonly sinceOpset?: number;
  build(net: Network, logits: ClassLayer): string;
}

function softmax(net: Network, z: string, axis?: number): string {
  return net.same('Softmax', z, axis === undefined ? {} : { axis });
}

/** exp(z − max z) / Σ, as exporters spell it. */
function spelledSoftmax(net: Network, z: string, shifted: boolean): string {
  const shift = shifted ? net.add('Sub', [z, net.reduce('ReduceMax', z, [1], true)], net.shape(z)) : z;
  const powers = net.same('Exp', shift);
  return net.add('Div', [powers, net.reduce('ReduceSum', powers, [1], true)], net.shape(z));
}

function behind(op: (net: Network, p: string) => string): Pick<Head, 'build' | 'meaning'> {
  return { meaning: 'probabilities', build: (net, logits) => op(net, softmax(net, logits(5), 1)) };
}

const last = (net: Network): number => (net.draw.chance(0.5) ? -1 : 1);

export const HEADS: Readonly<Record<string, Head>> = {
  logits: { meaning: 'logits', build: (_net, logits) => logits(5) },
  'spatial-logits': { meaning: 'logits', build: (_net, logits) => logits(5, 'spatial') },
  'small-logits': {
    meaning: 'logits',
    isUncertain: true,
    build: (net, logits) => net.with('Add', net.with('Mul', logits(4), net.floats([], [0.08])), net.floats([], [0.5])),
  },
  softmax: { meaning: 'probabilities', build: (net, logits) => softmax(net, logits(5), last(net)) },
  'softmax-by-default': {
    meaning: 'probabilities',
    build: (net, logits) => softmax(net, logits(5)),
  },
  'softmax-of-two': { meaning: 'probabilities', build: (net, logits) => softmax(net, logits(2), 1) },
  'spatial-softmax': { meaning: 'probabilities', build: (net, logits) => softmax(net, logits(5, 'spatial'), 1) },
  'spatial-softmax-then-flatten': {
    meaning: 'probabilities',
    build: (net, logits) => flatten(net, softmax(net, logits(4, 'spatial'), 1)),
  },
  'token-softmax': { meaning: 'probabilities', build: (net, logits) => softmax(net, logits(5, 'token'), 2) },
  'softmax-that-flattens': {
    meaning: 'probabilities',
    untilOpset: 12,
    build: (net, logits) => {
      const square = net.reshape(logits(6), [2, 3]);
      return net.reshape(softmax(net, square, net.draw.chance(0.5) ? 1 : undefined), [6]);
    },
  },
  'log-softmax': {
    meaning: 'log-probabilities',
    build: (net, logits) => net.same('LogSoftmax', logits(5), { axis: 1 }),
  },
  'log-of-softmax': {
    meaning: 'log-probabilities',
    build: (net, logits) => net.same('Log', softmax(net, logits(5), 1)),
  },
  'many-sigmoids': { meaning: 'independent', build: (net, logits) => net.same('Sigmoid', logits(4)) },
  'many-sigmoids-spatial': {
    meaning: 'independent',
    build: (net, logits) => net.reshape(net.same('Sigmoid', logits(4, 'spatial')), [4]),
  },
  'two-sigmoids': { meaning: 'independent', build: (net, logits) => net.same('Sigmoid', logits(2)) },
  'one-sigmoid': { meaning: 'positive-probability', build: (net, logits) => net.same('Sigmoid', logits(1)) },
  'one-sigmoid-turned': {
    meaning: 'positive-probability',
    build: (net, logits) => {
      const turned = net.transpose(logits(1, 'spatial'), 1, 2, 0);
      return net.reshape(net.same('Sigmoid', turned), [1]);
    },
  },
  'one-sigmoid-without-axis': {
    meaning: 'positive-probability',
    build: (net, logits) => net.squeeze(net.same('Sigmoid', logits(1)), [1]),
  },
  'one-logit': { meaning: 'positive-logit', build: (_net, logits) => logits(1) },
  'one-logit-without-axis': { meaning: 'positive-logit', build: (net, logits) => net.squeeze(logits(1), [1]) },
  'hard-sigmoids': {
    meaning: 'independent',
    build: (net, logits) => net.same('HardSigmoid', logits(4), { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  },
  'one-hard-sigmoid': {
    meaning: 'positive-probability',
    build: (net, logits) => net.same('HardSigmoid', logits(1), { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  },
  'softmax-of-pairs': {
    meaning: 'independent',
    isUncertain: true,
    sinceOpset: 13,
    build: (net, logits) => net.reshape(softmax(net, net.reshape(logits(6), [3, 2]), 2), [6]),
  },
  'softmax-of-groups': {
    meaning: 'independent',
    isUncertain: true,
    sinceOpset: 13,
    build: (net, logits) => net.reshape(softmax(net, net.reshape(logits(6), [2, 3]), 1), [6]),
  },
  'some-of-softmax': {
    meaning: 'independent',
    isUncertain: true,
    build: (net, logits) => {
      const p = softmax(net, logits(6), 1);
      return net.draw.chance(0.5) ? net.slice(p, 1, 1, 5) : net.gather(p, 1, [4, 0, 3]);
    },
  },
  'softmax-then-clip': {
    ...behind((net, p) => net.clip(p, 1e-7, 1 - 1e-7)),
  },
  'softmax-then-narrow-clip': {
    ...behind((net, p) => net.clip(p, 0.08, 0.85)),
    isUncertain: true,
  },
  'softmax-then-identity': behind((net, p) => net.same('Identity', p)),
  'softmax-then-cast': behind((net, p) => net.same('Cast', net.same('Cast', p, { to: 11 }), { to: 1 })),
  'softmax-then-reshape': behind((net, p) => net.reshape(net.reshape(p, [5, 1]), [5])),
  'softmax-then-other-order': behind((net, p) => net.gather(p, 1, [3, 1, 4, 0, 2])),
  'softmax-then-split-and-join': behind((net, p) =>
    net.add('Concat', [net.slice(p, 1, 2, 5), net.slice(p, 1, 0, 2)], [5], { axis: 1 }),
  ),
  'sigmoids-then-transpose': {
    meaning: 'independent',
    build: (net, logits) => net.reshape(net.transpose(net.same('Sigmoid', net.reshape(logits(6), [2, 3])), 1, 0), [6]),
  },
  'softmax-then-transpose': {
    meaning: 'probabilities',
    build: (net, logits) => flatten(net, net.transpose(softmax(net, logits(5, 'token'), 2), 1, 0)),
  },
  'spelled-softmax': { meaning: 'probabilities', build: (net, logits) => spelledSoftmax(net, logits(5), true) },
  'spelled-softmax-unshifted': {
    meaning: 'probabilities',
    build: (net, logits) => spelledSoftmax(net, logits(5), false),
  },
  'spelled-sigmoid': {
    meaning: 'positive-probability',
    isUncertain: true,
    build: (net, logits) => {
      const power = net.same('Exp', net.same('Neg', logits(1)));
      return net.same('Reciprocal', net.with('Add', power, net.floats([], [1])));
    },
  },
  'spelled-sigmoids': {
    meaning: 'independent',
    isUncertain: true,
    build: (net, logits) => {
      const power = net.same('Exp', net.same('Neg', logits(4)));
      return net.add('Div', [net.floats([], [1]), net.with('Add', power, net.floats([], [1]))], [4]);
    },
  },
  'sigmoid-and-its-rest': {
    meaning: 'probabilities',
    build: (net, logits) => {
      const p = net.same('Sigmoid', logits(1));
      return net.add('Concat', [net.add('Sub', [net.floats([1], [1]), p], [1]), p], [2], { axis: 1 });
    },
  },
  'softmax-at-a-temperature': {
    meaning: 'probabilities',
    build: (net, logits) => softmax(net, net.with('Div', logits(5), net.scalar(2.5)), 1),
  },
  'softmax-of-softmax': { ...behind((net, p) => softmax(net, p, 1)) },
  'smoothed-softmax': {
    ...behind((net, p) => net.with('Add', net.with('Mul', p, net.floats([], [0.9])), net.floats([], [0.02]))),
  },
  'mean-of-softmaxes': {
    meaning: 'probabilities',
    build: (net, logits) => {
      const sum = net.add('Add', [softmax(net, logits(5), 1), softmax(net, logits(5), 1)], [5]);
      return net.with('Mul', sum, net.floats([], [0.5]));
    },
  },
  'sigmoids-that-sum-to-one': {
    meaning: 'probabilities',
    build: (net, logits) => {
      const p = net.same('Sigmoid', logits(4));
      return net.add('Div', [p, net.reduce('ReduceSum', p, [1], true)], [4]);
    },
  },
  percent: {
    ...behind((net, p) => net.with('Mul', p, net.floats([], [100]))),
    meaning: 'percent',
    isUncertain: true,
  },
  'clipped-linear': {
    meaning: 'independent',
    isUncertain: true,
    build: (net, logits) =>
      net.clip(net.with('Add', net.with('Mul', logits(4), net.scalar(0.2)), net.scalar(0.4)), 0, 1),
  },
  'one-clipped-linear': {
    meaning: 'positive-probability',
    isUncertain: true,
    build: (net, logits) =>
      net.clip(net.with('Add', net.with('Mul', logits(1), net.scalar(0.2)), net.scalar(0.4)), 0, 1),
  },
  tanh: { meaning: 'logits', isUncertain: true, build: (net, logits) => net.same('Tanh', logits(4)) },
};
