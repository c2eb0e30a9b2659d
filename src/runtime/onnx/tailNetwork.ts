import { UserError } from '../../core/errors';
import { cutAt } from '../../core/graph/cut';
import { layerInfo, placesOf, type GraphLayer } from '../../core/graph/inspect/layers';
import { operators } from '../../core/graph/ops/registry';
import { cancelTransposes } from '../../core/graph/passes/cancelTransposes';
import { foldBatchNormalization, removeIdentities } from '../../core/graph/passes/simplify';
import { specialise } from '../../core/graph/specialise';
import type { LayerId } from '../../core/model/classifier';
import { findLayer, layerInput } from '../../core/model/layers';
import { countNames } from '../operators';
import { parametersOf } from './constants';
import { derivativeFacts } from './derivativeFacts';
import type { LayerGraphs } from './layerGraphs';
import type { LoadedNetwork } from './loadedNetwork';
import { createSessions } from './sessions';

/** The part of a loaded network from a layer on: it takes values of the layer as `gradient(…, { at })` gives them. */
export type TailNetwork = Pick<LoadedNetwork, 'model' | 'network' | 'layers'>;

/**
 * Throws `UserError`: 'unknown-layer' for one that is not there or that the scores are not made of, 'parameter' for one whose value does
 * not keep pictures apart, or that others go past on their way to the scores: it says which.
 */
export async function tailNetwork(
  { model, network, layers }: LoadedNetwork,
  graphs: LayerGraphs,
  name: LayerId,
): Promise<TailNetwork> {
  const { id } = findLayer(model.info, name);
  const layer = layers.find((each) => each.id === id)!;
  const { graph: whole, layers: places } = await graphs.of([id]);
  if (!layer.isBatched) throw mixed(layer);
  const cut = cutAt(whole, places[0]!, operators);
  if ('past' in cut) throw passed(layer, cut.past);
  const graph = foldBatchNormalization(removeIdentities(cancelTransposes(cut.graph)));
  const single = specialise(graph, network.unit, operators);
  const changed = { ...network, graph, single };
  const kept = layers.filter((each) => placesOf(graph, [each]) !== undefined);
  const info = {
    ...model.info,
    input: layerInput(layer),
    layers: kept.map(layerInfo),
    parameters: parametersOf(graph),
    operators: countNames(graph.nodes.map(({ op }) => op)),
    derivative: derivativeFacts(single, operators),
  };
  return { model: { info, rule: model.rule, sessions: createSessions(changed) }, network: changed, layers: kept };
}

function mixed({ id }: GraphLayer): UserError {
  return new UserError(
    'parameter',
    `The layer “${id}” does not have the values of one picture after those of another, so the network cannot be run from it on.`,
    'Choose another layer; “gradient-lens info” lists them.',
  );
}

/** Names that are told. */
const TOLD = 3;

function passed({ id }: GraphLayer, past: readonly string[]): UserError {
  const told = past.slice(0, TOLD).map((each) => `“${each}”`);
  const names = past.length > TOLD ? `${told.join(', ')} and ${past.length - TOLD} more` : told.join(' and ');
  return new UserError(
    'parameter',
    past.length === 0
      ? `The network cannot be run from the layer “${id}” on: the picture goes past it.`
      : `The network cannot be run from the layer “${id}” on: ${names} ${past.length === 1 ? 'goes' : 'go'} past it.`,
    'Choose a layer that everything goes through, such as the last one before the classes.',
  );
}
