import { UserError } from '../../core/errors';
import { reachOfRules, withRule, type DerivativeRule } from '../../core/graph/derivativeRules';
import { operators } from '../../core/graph/ops/registry';
import { nameRectifiers } from '../../core/graph/passes/nameRectifiers';
import { specialise } from '../../core/graph/specialise';
import type { ModelInfo } from '../../core/model/modelInfo';
import { listCounts } from '../operators';
import { createLayerSessions } from './layerSessions';
import type { LayerGraphs } from './layerGraphs';
import type { OnnxModel } from './onnxClassifier';
import { createSessions, type Network } from './sessions';

/**
 * The model with another derivative of its ReLUs, over the same graphs in which everything that is one is called so; its scores are the
 * model's own, from the model's sessions. Throws `UserError('gradient-unavailable')` if it has no ReLU. Says which other operators that
 * bend keep their derivative.
 */
export function ruleVariant(
  { info, rule, sessions }: OnnxModel,
  network: Network,
  graphs: LayerGraphs,
  changed: DerivativeRule,
): OnnxModel {
  const table = withRule(operators, changed);
  const { unit, threads } = network;
  const graph = nameRectifiers(network.graph, network.single);
  const named = { ...network, graph, single: specialise(graph, unit, operators) };
  const own = createSessions(named, table);
  return {
    info: { ...info, warnings: [...info.warnings, ...reachWarnings(named, info)] },
    sessions: { ...own, scores: (pixels, size) => sessions.scores(pixels, size) },
    rule,
    layers: createLayerSessions(withNames(graphs, unit), unit, threads, table),
  };
}

/** The same graphs, in which rectifiers are called so but for those that make a layer on their way. */
function withNames(graphs: LayerGraphs, unit: number): LayerGraphs {
  return {
    async of(ids) {
      const found = await graphs.of(ids);
      const kept = new Set(found.layers.map(({ value }) => value));
      return { ...found, graph: nameRectifiers(found.graph, specialise(found.graph, unit, operators), kept) };
    },
  };
}

function reachWarnings({ single }: Network, { operators: own = {} }: ModelInfo): readonly string[] {
  const { changed, others } = reachOfRules(single);
  const kept = listCounts(others);
  if (changed === 0)
    throw new UserError(
      'gradient-unavailable',
      `The model has no ReLU whose derivative could be changed; ${kept === '' ? `it is made of ${listCounts(Object.entries(own))}` : `what bends in it is ${kept}`}.`,
      'Choose another method, such as integrated-gradients.',
    );
  if (kept === '') return [];
  const isOne = [...others.values()].reduce((sum, count) => sum + count, 0) === 1;
  return [`Only ReLUs (${changed} ×) get another derivative; ${kept} ${isOne ? 'keeps its' : 'keep their'} own.`];
}
