import { mixesPictures } from '../../core/graph/inspect/batchUse';
import { operators } from '../../core/graph/ops/registry';
import { takePixels } from '../../core/graph/passes/takePixels';
import type { Classifier, LayerId, ModelChange } from '../../core/model/classifier';
import { findLayer } from '../../core/model/layers';
import { keepApart } from '../keepApart';
import { createLayerGraphs, type LayerGraphs } from './layerGraphs';
import { createLayerSessions } from './layerSessions';
import type { LoadedNetwork } from './loadedNetwork';
import { createOnnxClassifier, type OnnxModel } from './onnxClassifier';
import { randomisedNetwork } from './randomisedNetwork';
import { ruleVariant } from './ruleVariant';
import type { Network } from './sessions';
import { tailNetwork } from './tailNetwork';
import { createVariants, type Rule, type Variants } from './variants';

/** A loaded network as a classifier with its variants. */
export function assemble(loaded: LoadedNetwork): Classifier {
  const { network, layers, pixels, scoring } = loaded;
  const graphs = createLayerGraphs(network.graph, layers, network.unit, async () =>
    takePixels(await scoring(), pixels),
  );
  const model = withLayers(loaded.model, network, graphs);
  const variants: Variants = createVariants({
    ruled: (rule) => apart({ ...ruleVariant(model, network, graphs, rule), variants: under(rule, variants) }, network),
    randomised: async (change) => assemble(await randomisedNetwork(loaded, change)),
    tailed: async (layer) => assembleTail(loaded, graphs, layer, variants),
  });
  return apart({ ...model, variants }, network);
}

/** The tail from a layer on; what else is changed of it is changed of the whole model, `whole` having its variants. */
async function assembleTail(
  loaded: LoadedNetwork,
  graphs: LayerGraphs,
  layer: LayerId,
  whole: Variants,
): Promise<Classifier> {
  const { model: part, network, layers } = await tailNetwork(loaded, graphs, layer);
  const own = createLayerGraphs(network.graph, layers, network.unit, () =>
    Promise.reject(new Error('A layer is missing.')),
  );
  const model = withLayers(part, network, own);
  const variants: Variants = createVariants({
    ruled: (rule) => apart({ ...ruleVariant(model, network, own, rule), variants: under(rule, variants) }, network),
    randomised: (change) => after(whole, change, { kind: 'tail', layer }),
    tailed: (later) => whole.of({ kind: 'tail', layer: findLayer(part.info, later).id }),
  });
  return apart({ ...model, variants }, network);
}

function withLayers(model: LoadedNetwork['model'], { unit, threads }: Network, graphs: LayerGraphs): OnnxModel {
  return { ...model, layers: createLayerSessions(graphs, unit, threads) };
}

function apart(model: OnnxModel, { graph, unit }: Network): Classifier {
  return keepApart(createOnnxClassifier(model), () => unit > 1 || !mixesPictures(graph, operators));
}

/** What is changed of a model under a rule keeps the rule. */
function under(rule: Rule, variants: Variants): Variants {
  return {
    of: (change) => (change.kind === 'rule' ? variants.of(change) : after(variants, change, { kind: 'rule', rule })),
    dispose: async () => undefined,
  };
}

/** The second change of what the first one made, which ends with it. */
async function after(variants: Variants, first: ModelChange, second: ModelChange): Promise<Classifier> {
  const changed = await variants.of(first);
  try {
    const both = await changed.variant(second);
    const dispose = async (): Promise<void> => {
      await both.dispose();
      await changed.dispose();
    };
    return { ...both, dispose };
  } catch (error) {
    await changed.dispose();
    throw error;
  }
}
