import { throwIfCancelled, UserError } from '../../core/errors';
import type { Classifier } from '../../core/model/classifier';
import type { EngineChoice, ModelReference } from '../../core/model/modelInfo';
import { objectAt } from '../../formats/json/json';
import { readInputShape, withStatedLayout, resolveInput } from '../../core/model/modelInput';
import { nonFiniteWeights } from '../../formats/models/weights';
import { describeModel } from '../describe';
import { readEvidence } from '../evidence';
import { keepApart } from '../keepApart';
import { repeatImages } from '../repeatImages';
import type { TensorFlowFiles } from '../modelFiles';
import { checkGraph } from './graph/checkGraph';
import { engineCandidates, type EngineCandidate } from './engines';
import { explainForward, missingKernel } from './failures';
import { onEngine } from './lane';
import type { KnownScores } from '../knownScores';
import type { Network } from './network';
import { topologyOperators } from '../operators';
import type { EngineOptions, TensorFlowEngine } from './options';
import { probeNetwork } from './probe';
import { createTensorFlowClassifier } from './tensorflowClassifier';

/** How a model is loaded that a better engine refused. */
export interface FallbackOptions {
  /** Why a better engine was not taken, for people. */
  readonly preface: string;
  /** Takes the classifier, and says why another engine is to be tried, if so, as the end of a sentence. */
  readonly accept: (classifier: Classifier) => Promise<string | undefined>;
}

/**
 * Builds a TensorFlow.js model on the backend that was chosen, for `auto` on the first that can run it, and that `fallback` accepts.
 */
export async function loadTensorFlowFiles(
  files: TensorFlowFiles,
  reference: ModelReference,
  options: EngineOptions & { readonly engine: EngineChoice; readonly signal?: AbortSignal },
  fallback?: FallbackOptions,
): Promise<Classifier> {
  const refused = new Map<TensorFlowEngine, string>();
  let failure: unknown;
  for await (const { engine, reason } of engineCandidates(options.engine, options, refused)) {
    throwIfCancelled(options.signal);
    const candidate = { engine, reason: fallback === undefined ? reason : `${reason} ${fallback.preface}` };
    try {
      const classifier = await onEngine(engine, () => build(files, reference, candidate));
      const why = await fallback?.accept(classifier);
      if (why === undefined) return classifier;
      refused.set(engine, why);
      failure = new UserError('engine-unavailable', `The engine ${engine} is not taken: ${why}.`, 'Choose it by name.');
    } catch (error) {
      failure = error;
      if (missingKernel(error) === undefined) break;
    }
  }
  throw explainForward(failure);
}

async function build(
  files: TensorFlowFiles,
  reference: ModelReference,
  candidate: EngineCandidate,
): Promise<Classifier> {
  const evidence = await readEvidence(files);
  const network = await buildNetwork(files, evidence.scores);
  try {
    const shape = readInputShape(network.inputShape, withStatedLayout(evidence.input, files.description));
    const resolved = resolveInput(shape, files.description);
    const { layout } = shape;
    const probe = await probeNetwork(network, resolved.input, layout);
    const facts = {
      ...network,
      operators: topologyOperators(files),
      damagedWeight: nonFiniteWeights(files.weights.weights)[0],
    };
    const { info, rule } = describeModel(files, reference, candidate, facts, resolved, probe);
    const model = { info, network, rule, layout, activationBytes: probe.activationBytes };
    return repeatImages(keepApart(createTensorFlowClassifier(model), () => true));
  } catch (error) {
    network.dispose();
    throw error;
  }
}

async function buildNetwork(
  { format, json, weights, description }: TensorFlowFiles,
  scores: KnownScores | undefined,
): Promise<Network> {
  if (format === 'tfjs-graph') {
    const { buildGraphNetwork } = await import('./graph/graphNetwork');
    checkGraph(objectAt(json, 'modelTopology') ?? {});
    return buildGraphNetwork(json, weights.weights, description.spec.output, scores);
  }
  const { buildLayersNetwork } = await import('./layers/layersNetwork');
  const { spec, metadata } = description;
  const size = { height: spec.input?.height ?? metadata?.imageSize, width: spec.input?.width ?? metadata?.imageSize };
  return buildLayersNetwork(json, weights.weights, size, spec.output, scores);
}
