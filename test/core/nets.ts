import type { ImageBatch, PixelImage } from '../../src/core/image/pixels';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import { objectivesEach } from '../../src/core/model/objectives';
import { variantUnavailable } from '../../src/core/model/variants';
import type { ModelInfo } from '../../src/core/model/modelInfo';

/** A tiny classifier with weights set by hand: its logits and, in closed form, their derivatives. */
export interface Net {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly names?: readonly string[];
  readonly logits: (x: readonly number[]) => readonly number[];
  /** ∂ logit k / ∂ x i, class by pixel. */
  readonly jacobian: (x: readonly number[]) => readonly (readonly number[])[];
  /** Replaces the cross-entropy: a loss of the pixels with its gradient. */
  readonly loss?: {
    readonly value: (x: readonly number[], label: number) => number;
    readonly gradient: (x: readonly number[], label: number) => readonly number[];
  };
}

export interface CountingClassifier extends Classifier {
  readonly calls: { predict: number; gradient: number; dispose: number };
}

/** The net as a classifier that counts its calls; arithmetic in float64, results in float32. */
export function classifierOf(net: Net): CountingClassifier {
  const size = net.height * net.width * net.channels;
  const classes = net.logits(new Array<number>(size).fill(0)).length;
  const calls = { predict: 0, gradient: 0, dispose: 0 };
  const rowsOf = ({ data, count }: ImageBatch) =>
    Array.from({ length: count }, (_, row) => Array.from(data.subarray(row * size, (row + 1) * size)));
  const scoresOf = (rows: readonly number[][]) => {
    const logits = rows.map((x) => net.logits(x));
    return {
      logits: Float32Array.from(logits.flat()),
      probabilities: Float32Array.from(logits.map(softmax).flat()),
      count: rows.length,
      classes,
    };
  };
  return {
    info: infoOf(net, classes),
    calls,
    predict: async (images) => {
      calls.predict++;
      return scoresOf(rowsOf(images));
    },
    gradient: async (images, objectives) => {
      calls.gradient++;
      const rows = rowsOf(images);
      const each = objectivesEach(objectives, rows.length);
      const derived = rows.flatMap((x, row) =>
        Array.from({ length: each }, (_, at) =>
          derive(net, x, objectives[objectives.length === 1 ? 0 : row * each + at]!),
        ),
      );
      return {
        scores: scoresOf(rows),
        values: Float32Array.from(derived.map(({ value }) => value)),
        gradient: Float32Array.from(derived.flatMap(({ gradient }) => gradient)),
      };
    },
    variant: async (change) => {
      throw variantUnavailable('cpu', change);
    },
    dispose: async () => {
      calls.dispose++;
    },
  };
}

/** Value of the objective and its gradient, by the chain rule over the net's Jacobian. */
export function derive(net: Net, x: readonly number[], objective: Objective): { value: number; gradient: number[] } {
  const logits = net.logits(x);
  const jacobian = net.jacobian(x);
  const p = softmax(logits);
  const combine = (weights: readonly number[]) =>
    x.map((_, pixel) =>
      weights.reduce((sum, weight, k) => (weight === 0 ? sum : sum + weight * jacobian[k]![pixel]!), 0),
    );
  if (objective.kind === 'cross-entropy') {
    const { label } = objective;
    if (net.loss !== undefined) return { value: net.loss.value(x, label), gradient: [...net.loss.gradient(x, label)] };
    return { value: -logSoftmax(logits)[label]!, gradient: combine(p.map((pk, k) => pk - (k === label ? 1 : 0))) };
  }
  if (objective.kind === 'combination') {
    const row = logits.map((_, k) =>
      objective.weights.reduce((sum, { classIndex, weight }) => (classIndex === k ? sum + weight : sum), 0),
    );
    return { value: dot(row, logits), gradient: combine(row) };
  }
  const c = objective.classIndex;
  switch (objective.kind) {
    case 'logit':
      return { value: logits[c]!, gradient: combine(logits.map((_, k) => (k === c ? 1 : 0))) };
    case 'probability':
      return { value: p[c]!, gradient: combine(p.map((pk, k) => p[c]! * ((k === c ? 1 : 0) - pk))) };
    case 'log-probability':
      return { value: logSoftmax(logits)[c]!, gradient: combine(p.map((pk, k) => (k === c ? 1 : 0) - pk)) };
  }
}

export function softmax(logits: readonly number[]): number[] {
  return logSoftmax(logits).map(Math.exp);
}

function logSoftmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0)) + largest;
  return logits.map((z) => z - total);
}

export function imageOf(data: readonly number[], height: number, width: number, channels: 1 | 3 = 1): PixelImage {
  return { data: Float32Array.from(data), height, width, channels };
}

/** One row of grey pixels. */
export function rowImage(...pixels: number[]): PixelImage {
  return imageOf(pixels, 1, pixels.length);
}

const flat = (pixels: number) => ({ height: 1, width: pixels, channels: 1 as const });
const relu = (z: number) => Math.max(0, z);
const step = (z: number) => (z > 0 ? 1 : 0);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, ai, i) => sum + ai * b[i]!, 0);

/** Logits W·x + b. */
export function linearNet(
  weights: readonly (readonly number[])[],
  bias: readonly number[] = weights.map(() => 0),
  shape: { readonly height: number; readonly width: number; readonly channels: 1 | 3 } = flat(weights[0]!.length),
): Net {
  return {
    ...shape,
    logits: (x) => weights.map((row, k) => dot(row, x) + bias[k]!),
    jacobian: () => weights,
  };
}

/** Σ (1 − relu(1 − x)) as its only logit: Captum's BasicModel, summed over its outputs. */
export function basicNet(pixels: number): Net {
  return {
    ...flat(pixels),
    logits: (x) => [x.reduce((sum, xi) => sum + 1 - relu(1 - xi), 0)],
    jacobian: (x) => [x.map((xi) => step(1 - xi))],
  };
}

/** Logits (f, 0), f = relu(relu(x₁) − 1 − relu(x₂)): Captum's BasicModel2. */
export const basicNet2: Net = {
  ...flat(2),
  logits: ([x1, x2]) => [relu(relu(x1!) - 1 - relu(x2!)), 0],
  jacobian: ([x1, x2]) => {
    const open = step(relu(x1!) - 1 - relu(x2!));
    return [
      [open * step(x1!), -open * step(x2!)],
      [0, 0],
    ];
  },
};

/**
 * Captum's one-convolution net on 4 × 4: two 3 × 3 kernels of ones with bias −50 and −75, relu, flatten, fully connected to
 * four equal outputs with weights (1, 1, 1, 1, 1, −1, −1, −1), relu.
 */
export const oneConvolutionNet: Net = (() => {
  const windows = [0, 1, 4, 5].map((start) =>
    [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => start + 4 * row + column)),
  );
  const units = [-50, -75].flatMap((bias) => windows.map((window) => ({ bias, window })));
  const outer = [1, 1, 1, 1, 1, -1, -1, -1];
  const inner = (x: readonly number[]) =>
    units.map(({ bias, window }) => window.reduce((sum, pixel) => sum + x[pixel]!, bias));
  const output = (x: readonly number[]) => dot(outer, inner(x).map(relu));
  return {
    height: 4,
    width: 4,
    channels: 1,
    logits: (x) => [0, 0, 0, 0].map(() => relu(output(x))),
    jacobian: (x) => {
      const open = step(output(x));
      const z = inner(x);
      const row = x.map((_, pixel) =>
        units.reduce(
          (sum, { window }, unit) => sum + (window.includes(pixel) ? open * outer[unit]! * step(z[unit]!) : 0),
          0,
        ),
      );
      return [row, row, row, row];
    },
  };
})();

/** Logits V·tanh(W·x): smooth everywhere. */
export function tanhNet(
  inner: readonly (readonly number[])[],
  outer: readonly (readonly number[])[],
  shape: { readonly height: number; readonly width: number; readonly channels: 1 | 3 } = flat(inner[0]!.length),
): Net {
  const hidden = (x: readonly number[]) => inner.map((row) => Math.tanh(dot(row, x)));
  return {
    ...shape,
    logits: (x) => outer.map((row) => dot(row, hidden(x))),
    jacobian: (x) => {
      const h = hidden(x);
      return outer.map((row) =>
        x.map((_, pixel) => row.reduce((sum, v, unit) => sum + v * (1 - h[unit]! ** 2) * inner[unit]![pixel]!, 0)),
      );
    },
  };
}

/** A net whose cross-entropy is replaced by ½(θ·x − y)², y the label's number. */
export function squareLossNet(theta: readonly number[]): Net {
  return {
    ...linearNet([theta, theta.map(() => 0)]),
    loss: {
      value: (x, label) => (dot(theta, x) - label) ** 2 / 2,
      gradient: (x, label) => theta.map((t) => (dot(theta, x) - label) * t),
    },
  };
}

/** A net whose loss gradient is `gradient` everywhere. */
export function fixedLossNet(gradient: readonly number[]): Net {
  return {
    ...linearNet([gradient.map(() => 0), gradient.map(() => 0)]),
    loss: { value: (x) => dot(gradient, x), gradient: () => gradient },
  };
}

function infoOf(net: Net, classes: number): ModelInfo {
  const { height, width, channels } = net;
  return {
    name: 'hand-set net',
    path: '/nets/hand-set/model.json',
    format: 'tfjs-layers',
    hash: '0'.repeat(64),
    engine: 'cpu',
    engineReason: 'Weights set by hand.',
    input: {
      height,
      width,
      channels,
      color: channels === 1 ? 'grayscale' : 'rgb',
      range: [0, 1],
      mean: new Array<number>(channels).fill(0),
      std: new Array<number>(channels).fill(1),
      source: 'preset unit',
      resize: 'stretch',
      interpolation: 'bilinear',
    },
    classes: net.names ?? Array.from({ length: classes }, (_, index) => `class ${index}`),
    classSource: 'numbered',
    parameters: 0,
    output: { activation: 'logits', classes },
    warnings: [],
  };
}
