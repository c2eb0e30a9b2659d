import path from 'node:path';
import { throwIfCancelled, UserError } from '../errors';
import type { Classifier } from '../model/classifier';
import type { ModelDescription } from '../model/description';
import { readDescription } from '../model/description';
import { readHead, readLimited, resolveModelFile } from '../model/files';
import { hashModel } from '../model/hash';
import type { JsonObject } from '../model/json';
import { parseModelJson } from '../model/json';
import { completeNames } from '../model/labels';
import { MODEL_LIMITS } from '../model/limits';
import type { EngineChoice, ModelFormat, ModelInfo, ModelReference } from '../model/modelInfo';
import { resolveInput } from '../model/modelInput';
import { refuseUnlessJson, sniffFile, sniffModelJson } from '../model/sniff';
import type { LoadedWeights } from '../model/weights';
import { nonFiniteWeights, readWeights } from '../model/weights';
import type { EngineCandidate } from './tensorflow/engines';
import { engineCandidates } from './tensorflow/engines';
import { explainForward, missingKernel } from './tensorflow/failures';
import { onEngine } from './tensorflow/lane';
import type { Network } from './tensorflow/network';
import type { EngineOptions } from './tensorflow/options';
import type { Probe } from './tensorflow/probe';
import { looksLikeProbabilities, probeNetwork } from './tensorflow/probe';
import { createTensorFlowClassifier } from './tensorflow/tensorflowClassifier';

export interface LoadOptions extends EngineOptions {
  readonly engine: EngineChoice;
  readonly signal?: AbortSignal;
  /** Called with done ≤ total as files are read, an engine is found and the model is built. */
  readonly progress?: (done: number, total: number) => void;
}

interface ModelFiles {
  readonly file: string;
  readonly format: ModelFormat;
  readonly json: JsonObject;
  readonly bytes: Uint8Array;
  readonly weights: LoadedWeights;
  readonly description: ModelDescription;
}

const STEPS = 3;

/**
 * Loads a model from disk as a classifier of pixels in [0, 1].
 *
 * Reads nothing but the model's own folder (and what the reference names), never the network. For `engine: 'auto'` the fastest
 * engine that runs this model is taken and `info.engineReason` says why.
 * Throws `UserError` `file-missing`, `model-unreadable`, `model-unsupported`, `model-spec`, `engine-unavailable`; `CancelledError`.
 */
export async function loadClassifier(reference: ModelReference, options: LoadOptions): Promise<Classifier> {
  const { signal, progress } = options;
  throwIfCancelled(signal);
  const files = await readFiles(reference);
  progress?.(1, STEPS);
  throwIfCancelled(signal);
  let failure: unknown;
  for await (const candidate of engineCandidates(options.engine, options)) {
    progress?.(2, STEPS);
    throwIfCancelled(signal);
    try {
      const classifier = await onEngine(candidate.engine, () => build(files, reference, candidate));
      progress?.(STEPS, STEPS);
      return classifier;
    } catch (error) {
      failure = error;
      if (missingKernel(error) === undefined) break;
    }
  }
  throw explainForward(failure);
}

async function readFiles(reference: ModelReference): Promise<ModelFiles> {
  const file = await resolveModelFile(reference.path);
  const name = path.basename(file);
  refuseUnlessJson(sniffFile(await readHead(file, 512)), name);
  const bytes = await readLimited(file, MODEL_LIMITS.jsonBytes);
  const json = parseModelJson(bytes, name);
  const format = sniffModelJson(json, name);
  const description = await readDescription(file, reference);
  const weights = await readWeights(json, path.dirname(file));
  return { file, format, json, bytes, weights, description };
}

async function buildNetwork({ format, json, weights, description }: ModelFiles): Promise<Network> {
  if (format === 'tfjs-graph') {
    const { buildGraphNetwork } = await import('./tensorflow/graph/graphNetwork');
    return buildGraphNetwork(json, weights.weights);
  }
  const { buildLayersNetwork } = await import('./tensorflow/layers/layersNetwork');
  const { spec, metadata } = description;
  const size = { height: spec.input?.height ?? metadata?.imageSize, width: spec.input?.width ?? metadata?.imageSize };
  return buildLayersNetwork(json, weights.weights, size);
}

async function build(
  files: ModelFiles,
  reference: ModelReference,
  { engine, reason }: EngineCandidate,
): Promise<Classifier> {
  const { file, format, description } = files;
  const network = await buildNetwork(files);
  try {
    const { input, warnings: inputWarnings } = resolveInput(network.input, description);
    const { layout } = network.input;
    const probe = await probeNetwork(network, input, layout, network.activation === 'logits' ? 2 : 1);
    const warnings = [...description.warnings, ...network.warnings, ...inputWarnings];
    const { activation, binary } = readOutput(network, probe, warnings);
    const classes = binary ? 2 : probe.outputs;
    const names = nameClasses(description, classes, binary, warnings);
    const damagedWeights = nonFiniteWeights(files.weights.weights);
    if (damagedWeights.length > 0) {
      warnings.push(`Weights of the model are not finite numbers (“${damagedWeights[0]!}”); its scores mean nothing.`);
    } else if (!probe.raw.every(Number.isFinite)) {
      warnings.push('The model puts out numbers that are not finite for a test picture.');
    }
    const info: ModelInfo & { readonly engine: typeof engine } = {
      name: reference.name ?? description.spec.name ?? nameFromPath(file),
      path: file,
      format,
      hash: hashModel([files.bytes, ...files.weights.shards], input, names),
      engine,
      engineReason: reason,
      input,
      classes: names,
      classSource: description.labels.length > 0 ? description.labelSource : 'numbered',
      parameters: network.parameters,
      output: { activation, classes },
      warnings,
    };
    const rule = { activation, binary, outputs: probe.outputs };
    return createTensorFlowClassifier({ info, network, rule, layout, activationBytes: probe.activationBytes });
  } catch (error) {
    network.dispose();
    throw error;
  }
}

function readOutput(
  network: Network,
  probe: Probe,
  warnings: string[],
): { readonly activation: Network['activation']; readonly binary: boolean } {
  if (probe.outputs > MODEL_LIMITS.classes || probe.outputs < 1) {
    throw new UserError('model-unsupported', `The model has ${probe.outputs} outputs.`, 'Choose an image classifier.');
  }
  const binary = probe.outputs === 1;
  const { activation } = network;
  if (activation !== 'logits') return { activation, binary };
  if (looksLikeProbabilities(probe)) {
    warnings.push('The final softmax or sigmoid could not be taken off, so logits are logarithms of probabilities.');
    return { activation: 'probabilities', binary };
  }
  if (binary) warnings.push('The model puts out one number, which is read as the logit of the second of two classes.');
  return { activation, binary };
}

function nameClasses(
  description: ModelDescription,
  count: number,
  binary: boolean,
  warnings: string[],
): readonly string[] {
  const { labels, labelSource, spec } = description;
  const listed = spec.classes?.length;
  if (labels === spec.classes && listed !== undefined && listed !== count && !(binary && listed === 1)) {
    throw new UserError(
      'model-spec',
      `${labelSource} lists ${listed} classes, but the model has ${count}.`,
      `List ${count} class names, or leave “classes” out.`,
    );
  }
  const completed = completeNames(labels, count, binary, labelSource);
  warnings.push(...completed.warnings);
  return completed.names;
}

/** "model.json" says nothing, so its folder names the model; exporters' folder names say nothing either. */
function nameFromPath(file: string): string {
  const own = path.basename(file).replace(/\.json$/i, '');
  if (own !== 'model') return own;
  const folder = path.basename(path.dirname(file));
  const telling = /^(tfjs.*|web_?model|model)$/i.test(folder)
    ? path.basename(path.dirname(path.dirname(file)))
    : folder;
  return telling || own;
}
