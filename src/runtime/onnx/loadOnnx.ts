import { gradientGraph, type Head } from '../../core/graph/gradientGraph';
import type { Graph } from '../../core/graph/graph';
import { mixesPictures } from '../../core/graph/inspect/batchUse';
import { layerInfo, layersOf } from '../../core/graph/inspect/layers';
import { operators } from '../../core/graph/ops/registry';
import { cancelTransposes } from '../../core/graph/passes/cancelTransposes';
import { foldBatchNormalization, removeIdentities } from '../../core/graph/passes/simplify';
import { takePixels } from '../../core/graph/passes/takePixels';
import { specialise } from '../../core/graph/specialise';
import { unknownOperators } from '../../core/graph/unknownOperators';
import { NotDifferentiable } from '../../core/graph/differentiate';
import type { Classifier } from '../../core/model/classifier';
import type { ModelReference } from '../../core/model/modelInfo';
import { describeModel } from '../describe';
import { halfWarnings } from '../halfPrecision';
import { keepApart } from '../keepApart';
import type { ModelFiles } from '../modelFiles';
import { countNames } from '../operators';
import { chooseOutput } from '../outputs';
import { derivativeFacts, derivativeWarnings, straightThroughWarnings } from './derivativeFacts';
import { damagedConstant, parametersOf } from './constants';
import { explainRun } from './failures';
import { threadCount } from './library';
import { createLayerGraphs } from './layerGraphs';
import { createLayerSessions } from './layerSessions';
import { declaredCandidates } from './networkOutputs';
import { createOnnxClassifier, type OnnxModel } from './onnxClassifier';
import { pixelInput } from './pixelInput';
import { probeSessions } from './probeSessions';
import { readModel } from './readGraph';
import { ruleVariant } from './ruleVariant';
import { scoringNetwork, seenModel } from './scoringNetwork';
import { createSessions } from './sessions';
import { createVariants, type Variants } from './variants';
import { wholeNetwork } from './wholeNetwork';

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
    return await load(files, reference, options);
  } catch (error) {
    throw explainRun(error);
  }
}

async function load(files: ModelFiles, reference: ModelReference, options: OnnxOptions): Promise<Classifier> {
  const model = await readModel(files);
  const unknown = unknownOperators(model.graph, operators);
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
  const network = foldBatchNormalization(removeIdentities(cancelTransposes(scoring)));
  const graph = takePixels(network, pixelInput(resolved.input, shape.layout));
  const single = specialise(graph, unit, operators);
  const derivative = derivativeFacts(single, operators);
  const layers = layersOf(scoring, types, unit, shape.layout === 'nchw' ? 1 : 3);
  const ready = { graph, single, unit, threads };
  const sessions = createSessions(ready);
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
        ...warnings,
        ...input.warnings,
        ...derivativeWarnings(derivative),
        ...straightThroughWarnings(graph.nodes),
        ...(graph.outputs.length > 1 ? [ROUNDED] : []),
      ],
    };
    const candidate = { engine: 'onnx' as const, reason };
    const described = describeModel(files, reference, candidate, facts, resolved, probe);
    const { rule } = described;
    const info = { ...described.info, layers: layers.map(layerInfo) };
    if (options.mustDifferentiate) refuseFlat(graph, unit, rule);
    const graphs = createLayerGraphs(graph, layers, unit, () => wholeNetwork(reference, info));
    const layerSessions = createLayerSessions(graphs, unit, threads);
    const plain = { info, sessions, rule, layers: layerSessions };
    const apart = (each: OnnxModel): Classifier =>
      keepApart(createOnnxClassifier(each), () => unit > 1 || !mixesPictures(graph, operators));
    const variants: Variants = createVariants(({ rule: changed }) =>
      apart({ ...ruleVariant(plain, ready, graphs, changed), variants }),
    );
    return apart({ ...plain, variants });
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
