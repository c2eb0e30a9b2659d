import { gradientGraph, type Head } from '../../core/graph/gradientGraph';
import type { Graph } from '../../core/graph/graph';
import { layerInfo, layersOf } from '../../core/graph/inspect/layers';
import { operators } from '../../core/graph/ops/registry';
import { specialise } from '../../core/graph/specialise';
import { unknownOperators } from '../../core/graph/unknownOperators';
import { NotDifferentiable } from '../../core/graph/differentiate';
import { NotWrittenOut } from '../../core/graph/notWrittenOut';
import type { Classifier } from '../../core/model/classifier';
import type { ModelReference } from '../../core/model/modelInfo';
import { describeModel } from '../describe';
import { halfWarnings } from '../halfPrecision';
import type { ModelFiles } from '../modelFiles';
import { countNames } from '../operators';
import { chooseOutput } from '../outputs';
import { assemble } from './assemble';
import { damagedConstant, parametersOf } from './constants';
import { derivativeFacts, derivativeWarnings, straightThroughWarnings } from './derivativeFacts';
import { explainRun } from './failures';
import { threadCount } from './library';
import { readyNetwork } from './loadedNetwork';
import { declaredCandidates } from './networkOutputs';
import { pixelInput } from './pixelInput';
import { probeSessions } from './probeSessions';
import { readModel } from './readGraph';
import { scoringAgain } from './scoringAgain';
import { scoringNetwork, seenModel } from './scoringNetwork';
import { createSessions } from './sessions';

export interface OnnxOptions {
  /** Why this engine, one sentence. */
  readonly reason: string;
  readonly threads: number | undefined;
  /** Refuse a model that cannot be differentiated. */
  readonly mustDifferentiate: boolean;
  /** Run the file itself, which must be ONNX. */
  readonly asFile: boolean;
}

const ROUNDED =
  'The model rounds its probabilities; they are shown as it rounds them, and logits are those before its softmax or sigmoid.';

/** Reads a model of any format into the IR and makes it ready for ONNX Runtime. Throws `UserError`. */
export async function loadOnnx(
  files: ModelFiles,
  reference: ModelReference,
  options: OnnxOptions,
): Promise<Classifier> {
  try {
    return await load(files, reference, options).catch((error: unknown) => {
      if (!(error instanceof NotWrittenOut) || options.mustDifferentiate || files.format !== 'onnx') throw error;
      // Its course hangs on the picture: only the file itself can be run.
      return load(files, reference, options, new Map([[error.op, 1]]));
    });
  } catch (error) {
    throw explainRun(error, files.format);
  }
}

async function load(
  files: ModelFiles,
  reference: ModelReference,
  options: OnnxOptions,
  undecided?: ReadonlyMap<string, number>,
): Promise<Classifier> {
  const model = await readModel(files);
  const unknown = undecided ?? unknownOperators(model.graph, operators);
  const asFile = options.asFile || unknown.size > 0;
  if (unknown.size > 0 && options.mustDifferentiate && files.format !== 'onnx') throw new NotDifferentiable(unknown);
  const seen = seenModel(model, files.description, !asFile);
  const { input, shape, resolved, sized, unit, wanted } = seen;
  const threads = threadCount(options.threads);
  const { reason } = options;
  if (asFile) {
    const output = chooseOutput(declaredCandidates(model), wanted, files.description.labels.length);
    const original = { ...sized, inputs: [{ ...sized.inputs[0]!, type: input.type }] };
    const facts = { files, reference, reason, unknown, resolved, shape, threads, unit, output };
    const { loadOriginal } = await import('./loadOriginal');
    return loadOriginal({ ...facts, read: original, inputWarnings: input.warnings });
  }
  const { types, choice, stripped } = scoringNetwork(model, seen, files.description);
  const { graph: scoring, warnings, ...scores } = stripped;
  const pixels = pixelInput(resolved.input, shape.layout);
  const graph = readyNetwork(scoring, pixels);
  const single = specialise(graph, unit, operators);
  const derivative = derivativeFacts(single, operators);
  const layers = layersOf(scoring, types, unit, shape.layout === 'nchw' ? 1 : 3);
  const network = { graph, single, unit, threads };
  const sessions = createSessions(network);
  try {
    const probe = await probeSessions(sessions, resolved.input, unit, scores);
    const facts = {
      ...scores,
      parameters: parametersOf(model.graph),
      operators: countNames(model.graph.nodes.map(({ op }) => op)),
      derivative,
      damagedWeight: damagedConstant(model.graph),
      warnings: [
        ...choice.warnings,
        ...halfWarnings(model.half),
        ...(model.warnings ?? []),
        ...warnings,
        ...input.warnings,
        ...derivativeWarnings(derivative),
        ...straightThroughWarnings(graph),
        ...(graph.outputs.length > 1 ? [ROUNDED] : []),
      ],
    };
    const candidate = { engine: 'onnx' as const, reason };
    const described = describeModel(files, reference, candidate, facts, resolved, probe);
    const { rule } = described;
    const info = { ...described.info, layers: layers.map(layerInfo) };
    if (options.mustDifferentiate) refuseFlat(graph, unit, rule);
    const whole = () => scoringAgain(reference, info);
    return assemble({ model: { info, rule, sessions }, network, layers, pixels, scoring: whole });
  } catch (error) {
    await sessions.dispose();
    throw error;
  }
}

/** Throws if an operator has no derivative, or one that is zero wherever it exists. */
function refuseFlat(graph: Graph, unit: number, head: Head): void {
  const { flat } = gradientGraph(graph, unit, head, operators);
  if (flat.size > 0) throw new Error(`the derivative of ${[...flat.keys()].join(', ')} is zero`);
}
