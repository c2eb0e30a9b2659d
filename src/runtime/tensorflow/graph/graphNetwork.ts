import type { io, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import { UserError } from '../../../core/errors';
import { damaged } from '../../../formats/models/files';
import { stripFinalActivation, unfuseNodes } from './graphRewrite';
import type { GraphNode } from './graphTopology';
import { constantNames, graphInput, graphOutputs, nodeName, readGraph } from './graphTopology';
import type { JsonObject } from '../../../formats/json/json';
import { arrayAt, objectAt } from '../../../formats/json/json';
import type { Weight } from '../../../formats/models/weights';
import type { KnownScores } from '../../knownScores';
import type { Network } from '../network';
import { chooseOutput } from '../../outputs';
import { asScores, strippedScores } from '../network';

/** Builds a TensorFlow.js graph model. Throws `UserError`. */
export function buildGraphNetwork(
  json: JsonObject,
  weights: readonly Weight[],
  wanted?: string,
  known: KnownScores = { values: [] },
): Network {
  const topology = objectAt(json, 'modelTopology') ?? {};
  const signature = objectAt(json, 'signature') ?? objectAt(objectAt(json, 'userDefinedMetadata'), 'signature');
  const original = readGraph(topology);
  const input = graphInput(original, signature);
  if (input.dtype !== 'DT_FLOAT') {
    throw new UserError(
      'model-unsupported',
      `The model takes ${input.dtype.replace('DT_', '').toLowerCase()} numbers, which nothing can be differentiated by.`,
      'Export the model with float32 input.',
    );
  }
  const given = new Set(weights.map(({ name }) => name));
  const missing = constantNames(original).find((name) => !given.has(name));
  if (missing !== undefined) throw damaged(`The weights of “${missing}” are missing`);

  const unfused = unfuseNodes(original);
  const outputs = graphOutputs(original, signature);
  const candidates = outputs.map((name) => {
    const shape = signedShape(signature, name);
    return { name, ...(shape && { shape }), isFinal: stripFinalActivation(unfused, name).activation !== 'logits' };
  });
  if (candidates.length === 0) throw damaged('The model has no outputs');
  const choice = known.choice ?? chooseOutput(candidates, wanted);
  const output = outputs[choice.index]!;
  const stripped = stripFinalActivation(unfused, output, known.activation === 'softmax');
  const isTaken = (known.activation ?? stripped.activation) === stripped.activation;
  const { nodes, activation } = isTaken ? stripped : { nodes: unfused, activation: 'logits' as const };

  const { probabilities, ...facts } = strippedScores(activation, choice.index, known);
  const model = loadNodes(nodes, topology, signature, weights);
  return {
    inputShape: input.shape ?? [null, null, null],
    ...facts,
    parameters: weights.reduce((sum, { data, dtype }) => sum + (dtype === 'float32' ? data.length : 0), 0),
    warnings: choice.warnings,
    forward: (batch: Tensor4D) =>
      probabilities(asScores(model.execute({ [input.name]: batch }, output) as Tensor, batch.shape[0])),
    dispose: () => model.dispose(),
  };
}

function loadNodes(
  nodes: readonly GraphNode[],
  topology: JsonObject,
  signature: JsonObject | undefined,
  weights: readonly Weight[],
): GraphModel<io.IOHandlerSync> {
  const load = (): io.ModelArtifacts => ({
    modelTopology: { ...topology, node: nodes },
    weightSpecs: weights.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    weightData: weights.map(({ data }) => data.buffer as ArrayBuffer),
    ...(signature && { signature: signature }),
  });
  try {
    // The tidy frees the weights of a model that fails to build; those of one that is built are kept.
    const built: GraphModel<io.IOHandlerSync>[] = [];
    tf.tidy(() => {
      const model = loadGraphModelSync({ load });
      for (const tensors of Object.values(model.weights)) for (const tensor of tensors) tf.keep(tensor);
      built.push(model);
    });
    return built[0]!;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'model-unsupported',
      `TensorFlow.js cannot build the model: ${message.split('\n')[0]!.slice(0, 300)}`,
      'Convert it again with the current tensorflowjs_converter.',
    );
  }
}

function signedShape(signature: JsonObject | undefined, output: string): (number | null)[] | undefined {
  const signed = Object.values(objectAt(signature, 'outputs') ?? {}).find((each) => {
    const name = objectAt({ each: each ?? null }, 'each')?.name;
    return typeof name === 'string' && nodeName(name) === nodeName(output);
  });
  return arrayAt(objectAt(signed, 'tensorShape'), 'dim')?.map((dimension) => {
    const size = Number(objectAt({ dimension }, 'dimension')?.size ?? -1);
    return size > 0 ? size : null;
  });
}
