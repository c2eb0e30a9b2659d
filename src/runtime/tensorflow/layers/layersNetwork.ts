import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../core/errors';
import { damaged } from '../../../formats/models/files';
import type { JsonObject } from '../../../formats/json/json';
import { objectAt, stringAt } from '../../../formats/json/json';
import { checkKerasConfig } from './kerasChecks';
import { normaliseKerasConfig } from './kerasConfig';
import { withInputSize, type SaidSize } from '../../../formats/models/layers/layersModelSize';
import { MODEL_LIMITS } from '../../../core/model/limits';
import type { Weight } from '../../../formats/models/weights';
import type { KnownScores } from '../../knownScores';
import type { Network } from '../network';
import { chooseOutput } from '../../outputs';
import { asScores, strippedScores } from '../network';
import { buildLayers } from './buildLayers';
import { isKnownLayer } from './extraLayers';
import { findFinalActivation } from './finalActivation';
import { allLayers, isModelLayer } from './internals';
import { makePlain } from './plainLayers';

/** Builds a TensorFlow.js layers model. Throws `UserError`. */
export async function buildLayersNetwork(
  json: JsonObject,
  weights: readonly Weight[],
  size: SaidSize,
  wanted?: string,
  known: KnownScores = { values: [] },
): Promise<Network> {
  const topology = objectAt(json, 'modelTopology') ?? {};
  const version = stringAt(topology, 'keras_version') ?? '';
  const config = withInputSize(normaliseKerasConfig(topology), size);
  checkKerasConfig(config, version, isKnownLayer);
  const { model, warnings } = await buildLayers(config, weights);
  try {
    return finish(model, warnings, wanted, known);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function finish(
  model: LayersModel,
  warnings: readonly string[],
  wanted: string | undefined,
  known: KnownScores,
): Network {
  if ((model.inputs as unknown[] | undefined)?.length !== 1) {
    const many = (model.inputs as unknown[] | undefined)?.length ?? 0;
    throw new UserError(
      'model-unsupported',
      many === 0 ? 'The model does not say the shape of its input.' : `The model has ${many} inputs.`,
      'Choose a model that takes one picture of a stated size.',
    );
  }
  checkActivations(model);
  const finals = model.outputs.map(findFinalActivation);
  const choice =
    known.choice ??
    chooseOutput(
      model.outputs.map(({ name, shape }, i) => ({ name, shape, isFinal: finals[i]!.activation !== 'logits' })),
      wanted,
    );
  const output = model.outputs[choice.index]!;
  const final = finals[choice.index]!;
  const taken = (known.activation ?? final.activation) === final.activation ? final.activation : 'logits';
  if (taken !== 'logits') final.strip();
  const plain = makePlain(allLayers(model.layers));
  const { probabilities, ...facts } = strippedScores(taken, choice.index, known);
  const single = model.outputs.length === 1 ? model : tfl.model({ inputs: model.inputs, outputs: output });
  return {
    inputShape: model.inputs[0]!.shape.slice(1),
    ...facts,
    parameters: model.countParams(),
    warnings: [...warnings, ...choice.warnings],
    forward: (batch: Tensor4D) =>
      probabilities(asScores(single.apply(batch, { training: false }) as Tensor, batch.shape[0])),
    dispose: () => {
      plain.dispose();
      model.dispose();
    },
  };
}

/** Refuses activations that are empty or beyond all memory before the first of them is computed. */
function checkActivations(model: LayersModel): void {
  let elements = 0;
  const visit = (list: LayersModel['layers']): void => {
    for (const layer of list) {
      if (isModelLayer(layer)) visit(layer.layers);
      for (const node of layer.inboundNodes) {
        for (const { shape } of node.outputTensors) {
          if (shape.some((length) => length !== null && length < 1)) {
            throw new UserError(
              'model-unsupported',
              `The picture is too small: nothing of it is left after the layer “${layer.name.slice(0, 80)}”.`,
              'Say a larger “input.height” and “input.width” in lens.json.',
            );
          }
          elements += shape.slice(1).reduce<number>((product, length) => product * (length ?? 1), 1);
        }
      }
    }
  };
  visit(model.layers);
  if (!(elements * 4 <= MODEL_LIMITS.activationBytes))
    throw damaged('The layers of the model need more memory than 4 GB');
}
