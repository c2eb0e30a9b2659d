import { UserError } from '../../core/errors';
import { reachOfRules, withRule, type DerivativeRule } from '../../core/graph/derivativeRules';
import { operators } from '../../core/graph/ops/registry';
import { listCounts } from '../operators';
import { createLayerSessions } from './layerSessions';
import type { LayerGraphs } from './layerGraphs';
import type { OnnxModel } from './onnxClassifier';
import { createSessions, type Network } from './sessions';

/**
 * The model with another derivative of its ReLUs, over the same graphs; its scores are the model's own, from the model's sessions.
 * Throws `UserError('gradient-unavailable')` if it has no ReLU. Says which other operators that bend keep their derivative.
 */
export function ruleVariant(
  { info, rule, sessions }: OnnxModel,
  network: Network,
  graphs: LayerGraphs,
  changed: DerivativeRule,
): OnnxModel {
  const table = withRule(operators, changed);
  const own = createSessions(network, table);
  return {
    info: { ...info, warnings: [...info.warnings, ...reachWarnings(network)] },
    sessions: { ...own, scores: (pixels, size) => sessions.scores(pixels, size) },
    rule,
    layers: createLayerSessions(graphs, network.unit, network.threads, table),
  };
}

function reachWarnings({ single }: Network): readonly string[] {
  const { changed, others } = reachOfRules(single);
  const kept = listCounts(others);
  if (changed === 0)
    throw new UserError(
      'gradient-unavailable',
      `The model has no ReLU whose derivative could be changed${kept === '' ? '' : `; what bends in it is ${kept}`}.`,
      'Choose another method, such as integrated-gradients.',
    );
  if (kept === '') return [];
  return [`Only ReLUs (${changed} ×) get another derivative; ${kept} keep their own.`];
}
