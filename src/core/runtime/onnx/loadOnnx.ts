import { UserError } from '../../errors';
import { gradientGraph, type Head } from '../../graph/gradientGraph';
import type { Graph } from '../../graph/graph';
import { operators } from '../../graph/ops/registry';
import { cancelTransposes } from '../../graph/passes/cancelTransposes';
import { foldBatchNormalization, removeIdentities } from '../../graph/passes/simplify';
import { stripActivation } from '../../graph/passes/stripActivation';
import { takePixels } from '../../graph/passes/takePixels';
import { specialise } from '../../graph/specialise';
import { unknownOperators } from '../../graph/unknownOperators';
import { NotDifferentiable } from '../../graph/differentiate';
import type { Classifier } from '../../model/classifier';
import type { ModelReference } from '../../model/modelInfo';
import { readInputShape, resolveInput, type InputShape } from '../../model/modelInput';
import { describeModel } from '../describe';
import type { ModelFiles } from '../modelFiles';
import { countNames } from '../operators';
import { chooseOutput, looksLikeScores } from '../outputs';
import { derivativeFacts, derivativeWarnings, straightThroughWarnings } from './derivativeFacts';
import { damagedConstant, parametersOf } from './constants';
import { explainRun } from './failures';
import { loadOriginal } from './loadOriginal';
import { threadCount } from './library';
import { createOnnxClassifier } from './onnxClassifier';
import { pixelInput } from './pixelInput';
import { probeSessions } from './probeSessions';
import { readGraph } from './readGraph';
import { createSessions } from './sessions';

export interface OnnxOptions {
  /** Why this engine, one sentence. */
  readonly reason: string;
  readonly threads: number | undefined;
  /** Refuse a model that cannot be differentiated. */
  readonly mustDifferentiate: boolean;
}

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
  const read = await readGraph(files);
  const unknown = unknownOperators(read, operators);
  if (unknown.size > 0 && options.mustDifferentiate && files.format !== 'onnx') throw new NotDifferentiable(unknown);
  const shape = inputShapeOf(read);
  const resolved = resolveInput(shape, files.description);
  const { height, width, channels } = resolved.input;
  const size = shape.layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const sized = { ...read, inputs: [{ ...read.inputs[0]!, shape: [-1, ...size] }] };
  const threads = threadCount(options.threads);
  if (unknown.size > 0)
    return loadOriginal({ files, reference, reason: options.reason, read: sized, unknown, resolved, shape, threads });
  const chosen = withOneOutput(sized, files.description.spec.output);
  const { graph: stripped, activation } = stripActivation(removeIdentities(cancelTransposes(chosen.graph)));
  const network = foldBatchNormalization(stripped);
  const graph = takePixels(network, pixelInput(resolved.input, shape.layout));
  const single = specialise(graph, 1, operators);
  const derivative = derivativeFacts(single, operators);
  const sessions = createSessions({ graph, single, threads });
  try {
    const probe = await probeSessions(sessions, activation === 'logits' ? 2 : 1, resolved.input);
    const facts = {
      activation,
      parameters: parametersOf(read),
      operators: countNames(read.nodes.map(({ op }) => op)),
      derivative,
      damagedWeight: damagedConstant(read),
      warnings: [...chosen.warnings, ...derivativeWarnings(derivative), ...straightThroughWarnings(graph.nodes)],
    };
    const candidate = { engine: 'onnx' as const, reason: options.reason };
    const { info, rule } = describeModel(files, reference, candidate, facts, resolved, probe);
    if (options.mustDifferentiate) refuseFlat(graph, rule);
    return createOnnxClassifier({ info, sessions, rule });
  } catch (error) {
    await sessions.dispose();
    throw error;
  }
}

/** Throws if an operator has no derivative, or one that is zero wherever it exists. */
function refuseFlat(graph: Graph, head: Head): void {
  const { flat } = gradientGraph(graph, 1, head, operators);
  if (flat.size > 0) throw new Error(`the derivative of ${[...flat.keys()].join(', ')} is zero`);
}

function inputShapeOf({ inputs }: Graph): InputShape {
  const [input] = inputs;
  if (inputs.length !== 1 || input?.type !== 'float32') {
    throw new UserError(
      'model-unsupported',
      `The model has ${inputs.length === 1 ? `an input of type ${input!.type}` : `${inputs.length} inputs`}.`,
      'Choose a model that takes one picture of floating-point numbers.',
    );
  }
  return readInputShape(input.shape.slice(1).map((side) => (side < 0 ? null : side)));
}

function withOneOutput(
  graph: Graph,
  wanted: string | undefined,
): { readonly graph: Graph; readonly warnings: readonly string[] } {
  const { types } = specialise(graph, 1, operators);
  const outputs = graph.outputs.map((name) => {
    const shape = types.get(name)?.shape;
    return { name, isFinal: true, ...(shape && { shape }) };
  });
  const { index, warnings } = chooseOutput(outputs, wanted);
  const { shape } = outputs[index]!;
  if (shape !== undefined && !looksLikeScores(shape)) {
    throw new UserError(
      'model-unsupported',
      `The model puts out [${shape.join(', ')}] for one picture, not one score for each class.`,
      'Choose an image classifier.',
    );
  }
  return { graph: { ...graph, outputs: [graph.outputs[index]!] }, warnings };
}
