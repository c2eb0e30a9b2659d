import type { LayerNoise } from '../../../formats/models/layers/training';
import { createRandom, deriveSeed, drawNormal } from '../../../core/random';

/** Fills `draws` for noise number `index` of a minibatch whose seed is `seed`. */
export function drawNoise({ kind, rate }: LayerNoise, index: number, seed: number, draws: Float32Array): void {
  const random = createRandom(deriveSeed(seed, index));
  if (kind === 'dropout') {
    const kept = 1 / (1 - rate);
    for (let at = 0; at < draws.length; at++) draws[at] = random() < rate ? 0 : kept;
    return;
  }
  const isFactor = kind === 'gaussian-dropout';
  const deviation = isFactor ? Math.sqrt(rate / (1 - rate)) : rate;
  for (let at = 0; at < draws.length; at++) draws[at] = Number(isFactor) + deviation * drawNormal(random);
}
