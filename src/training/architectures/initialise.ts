import { createRandom, deriveSeed } from '../../core/random';
import type { LayersModel, NamedWeight } from '../../core/model/trainableNetwork';
import { drawWeight } from './initialisers';
import { layerOfWeight } from '../../core/model/layersModel/layerOfWeight';
import type { WeightShape } from './topology';

/** Purpose of the seeds drawn here, so that no other part of a run draws the same numbers. */
const WEIGHTS = 0x77656967;

const OWN_INITIALISERS: Readonly<Record<string, readonly [key: string, fallback: string]>> = {
  kernel: ['kernel_initializer', 'glorot_uniform'],
  depthwise_kernel: ['depthwise_initializer', 'glorot_uniform'],
  pointwise_kernel: ['pointwise_initializer', 'glorot_uniform'],
  bias: ['bias_initializer', 'zeros'],
  gamma: ['gamma_initializer', 'ones'],
  beta: ['beta_initializer', 'zeros'],
  alpha: ['alpha_initializer', 'zeros'],
  moving_mean: ['moving_mean_initializer', 'zeros'],
  moving_variance: ['moving_variance_initializer', 'ones'],
};

/**
 * Draws weights of these names and shapes, each by its layer's own initialiser and from a seed of its own; the same seed gives
 * the same weights. What has none (statistics of a Normalization layer) keeps its values.
 *
 * Throws `UserError('model-unsupported')` for initialisers that are not known.
 */
export function initialise(
  topology: LayersModel['topology'],
  weights: readonly (WeightShape & { readonly data?: Float32Array })[],
  seed: number,
): NamedWeight[] {
  const layerOf = layerOfWeight(topology);
  return weights.map(({ name, shape, data }, index) => {
    const layer = layerOf(name);
    const own = plainName(name).split('/').at(-1)!;
    const kind = own === 'kernel' && layer?.className === 'DepthwiseConv2D' ? 'depthwise_kernel' : own;
    const known = Object.hasOwn(OWN_INITIALISERS, kind) ? OWN_INITIALISERS[kind] : undefined;
    if (known === undefined) return { name, shape, data: data ?? new Float32Array(sizeOf(shape)) };
    const [key, fallback] = known;
    const random = createRandom(deriveSeed(seed, WEIGHTS, index));
    return { name, shape, data: drawWeight(layer?.config[key] ?? fallback, shape, random) };
  });
}

function plainName(name: string): string {
  return name.replace(/:\d+$/, '');
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
