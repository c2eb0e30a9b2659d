import { mixesPictures } from '../../core/graph/inspect/batchUse';
import { operators } from '../../core/graph/ops/registry';
import { takePixels } from '../../core/graph/passes/takePixels';
import type { Classifier } from '../../core/model/classifier';
import { keepApart } from '../keepApart';
import { createLayerGraphs } from './layerGraphs';
import { createLayerSessions } from './layerSessions';
import type { LoadedNetwork } from './loadedNetwork';
import { createOnnxClassifier, type OnnxModel } from './onnxClassifier';
import { randomisedNetwork } from './randomisedNetwork';
import { ruleVariant } from './ruleVariant';
import { createVariants, type Rule, type Variants } from './variants';

/** A loaded network as a classifier with its variants. */
export function assemble(loaded: LoadedNetwork): Classifier {
  const { network, layers, pixels, scoring } = loaded;
  const { graph, unit, threads } = network;
  const graphs = createLayerGraphs(graph, layers, unit, async () => takePixels(await scoring(), pixels));
  const model: OnnxModel = { ...loaded.model, layers: createLayerSessions(graphs, unit, threads) };
  const apart = (each: OnnxModel): Classifier =>
    keepApart(createOnnxClassifier(each), () => unit > 1 || !mixesPictures(graph, operators));
  const variants = createVariants(
    (rule) => apart({ ...ruleVariant(model, network, graphs, rule), variants: under(rule) }),
    async (change) => assemble(await randomisedNetwork(loaded, change)),
  );
  /** What is changed of a model under a rule keeps the rule. */
  const under = (rule: Rule): Variants => ({
    of: async (change) => {
      const changed = await variants.of(change);
      return change.kind === 'rule'
        ? changed
        : { ...(await changed.variant({ kind: 'rule', rule })), dispose: () => changed.dispose() };
    },
    dispose: async () => undefined,
  });
  return apart({ ...model, variants });
}
