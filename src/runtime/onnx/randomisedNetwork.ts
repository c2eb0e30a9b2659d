import { countOf } from '../../core/countOf';
import { UserError } from '../../core/errors';
import { operators } from '../../core/graph/ops/registry';
import { shuffleWeights } from '../../core/graph/shuffleWeights';
import { specialise } from '../../core/graph/specialise';
import { findLayer } from '../../core/model/layers';
import { createRandom, deriveSeed, shuffledIndices } from '../../core/random';
import { readyNetwork, type LoadedNetwork } from './loadedNetwork';
import { createSessions } from './sessions';
import type { Randomised } from './variants';

/**
 * The network, read again, with the weights of layers in random order.
 * Throws `UserError`: 'unknown-layer' for one that is not there, 'parameter' where none of them has weights.
 */
export async function randomisedNetwork(
  loaded: LoadedNetwork,
  { layers: names, seed }: Randomised,
): Promise<LoadedNetwork> {
  const { model, network, pixels } = loaded;
  const ids = names.map((name) => findLayer(model.info, name).id);
  const order = (size: number, ...weight: readonly number[]): Uint32Array =>
    shuffledIndices(size, createRandom(deriveSeed(seed, ...weight)));
  const shuffled = async () => shuffleWeights(await loaded.scoring(), ids, order);
  const { graph: scoring, count } = await shuffled();
  if (count === 0)
    throw new UserError(
      'parameter',
      `There are no weights in ${ids.length === 1 ? `the layer “${ids[0]}”` : 'these layers'}.`,
      'Choose a convolution or a product with a matrix; “gradient-lens info” lists the layers.',
    );
  const graph = readyNetwork(scoring, pixels);
  const changed = { ...network, graph, single: specialise(graph, network.unit, operators) };
  const warning = `The numbers of ${countOf(count, 'weight')} of ${ids.length === 1 ? 'a layer' : `${ids.length} layers`} are in random order.`;
  const info = { ...model.info, warnings: [...model.info.warnings, warning] };
  return {
    ...loaded,
    model: { ...model, info, sessions: createSessions(changed) },
    network: changed,
    scoring: async () => (await shuffled()).graph,
  };
}
