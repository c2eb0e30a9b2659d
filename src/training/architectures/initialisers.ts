import { UserError } from '../../core/errors';
import type { RandomSource } from '../../core/random';
import { fillNormal } from './fillNormal';
import { orthogonal } from './orthogonal';

type Settings = Readonly<Record<string, unknown>>;

/** Standard deviation of N(0, 1) cut off at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Keras's names of variance scaling: scale, mode, distribution. */
const SCALED: Readonly<Record<string, readonly [number, string, string]>> = {
  glorotuniform: [1, 'fanavg', 'uniform'],
  glorotnormal: [1, 'fanavg', 'truncatednormal'],
  xavieruniform: [1, 'fanavg', 'uniform'],
  xaviernormal: [1, 'fanavg', 'truncatednormal'],
  heuniform: [2, 'fanin', 'uniform'],
  henormal: [2, 'fanin', 'truncatednormal'],
  lecununiform: [1, 'fanin', 'uniform'],
  lecunnormal: [1, 'fanin', 'truncatednormal'],
};

/**
 * Draws a weight by an initialiser as TensorFlow.js or Keras writes it: a name, or { class_name, config }; snake case or camel
 * case. Variance scaling draws from a distribution of variance scale / n, n being fan-in, fan-out or their mean (Glorot & Bengio
 * 2010; He et al. 2015); truncated normals are cut off at two deviations and keep the asked deviation, as in Keras.
 *
 * Throws `UserError('model-unsupported')` for initialisers that are not known.
 */
export function drawWeight(initializer: unknown, shape: readonly number[], random: RandomSource): Float32Array {
  const { name, settings } = read(initializer);
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const number = (key: string, fallback: number): number => {
    const value = settings[key];
    return typeof value === 'number' ? value : fallback;
  };
  const scaled = SCALED[name];
  if (scaled) return fillScaled(values, ...scaled, shape, random);
  switch (name) {
    case 'zeros':
    case 'zero':
      return values;
    case 'ones':
    case 'one':
      return values.fill(1);
    case 'constant':
      return values.fill(number('value', 0));
    case 'randomuniform':
    case 'uniform':
      return fillUniform(values, number('minval', -0.05), number('maxval', 0.05), random);
    case 'randomnormal':
    case 'normal':
      return fillNormal(values, number('mean', 0), number('stddev', 0.05), Infinity, random);
    case 'truncatednormal':
      return fillNormal(values, number('mean', 0), number('stddev', 0.05), 2, random);
    case 'variancescaling': {
      const mode = plain(settings.mode ?? 'fan_in');
      const distribution = plain(settings.distribution ?? 'truncated_normal');
      return fillScaled(values, number('scale', 1), mode, distribution, shape, random);
    }
    case 'orthogonal':
    case 'orthogonalinitializer':
      return orthogonal(shape, number('gain', 1), random);
    default:
      throw new UserError(
        'model-unsupported',
        `Weights cannot be drawn by the initialiser “${name.slice(0, 60)}”.`,
        'Go on with the weights of the file instead of fresh ones.',
      );
  }
}

function fillScaled(
  values: Float32Array,
  scale: number,
  mode: string,
  distribution: string,
  shape: readonly number[],
  random: RandomSource,
): Float32Array {
  const [fanIn, fanOut] = fansOf(shape);
  const count = mode === 'fanin' ? fanIn : mode === 'fanout' ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, count);
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    return fillUniform(values, -limit, limit, random);
  }
  const deviation = Math.sqrt(variance);
  if (distribution === 'untruncatednormal') return fillNormal(values, 0, deviation, Infinity, random);
  return fillNormal(values, 0, deviation / TRUNCATED_DEVIATION, 2, random);
}

function fillUniform(values: Float32Array, low: number, high: number, random: RandomSource): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * random();
  return values;
}

/** How many numbers go into one output, and how many outputs one input goes into: kernels [height, width, in, out]. */
function fansOf(shape: readonly number[]): readonly [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  return [field * shape.at(-2)!, field * shape.at(-1)!];
}

function read(initializer: unknown): { readonly name: string; readonly settings: Settings } {
  if (typeof initializer === 'string') return { name: plain(initializer), settings: {} };
  const { class_name: name, config } = (initializer ?? {}) as Settings;
  return { name: plain(name), settings: (typeof config === 'object' && config !== null ? config : {}) as Settings };
}

/** `glorot_uniform`, `GlorotUniform` and `glorotUniform` are one. */
function plain(name: unknown): string {
  return typeof name === 'string' ? name.replaceAll('_', '').toLowerCase() : '';
}
