import { UserError } from '../../core/errors';
import { NotDifferentiable } from '../../core/graph/differentiate';
import type { Graph } from '../../core/graph/graph';
import type { GraphInput } from '../../core/graph/graph';
import { withKnownConstants } from '../../core/graph/inspect/knownConstants';
import { ancestorsOf, producersOf } from '../../core/graph/inspect/producers';
import { scaledScores } from '../../core/graph/inspect/scaledScores';
import { scoreBounds } from '../../core/graph/inspect/scoreBounds';
import { scoreHead, turnedWarnings } from '../../core/graph/inspect/scoreHead';
import { tensorOf, type Tensor } from '../../core/graph/tensor';
import type { Classifier } from '../../core/model/classifier';
import type { ModelReference } from '../../core/model/modelInfo';
import type { InputShape, ResolvedInput } from '../../core/model/modelInput';
import { createPreprocessing } from '../../core/model/preprocessing';
import { describeModel, DRAWING } from '../describe';
import type { ModelFiles } from '../modelFiles';
import { countNames, listCounts } from '../operators';
import { softmaxOfOne } from '../softmaxOfOne';
import { damagedConstant, parametersOf } from './constants';
import { openIsolatedSession } from './isolated/isolatedSession';
import { createOnnxClassifier } from './onnxClassifier';
import { probeSessions } from './probeSessions';
import type { Sessions } from './sessions';
import { turnScores, type TurnedScores } from './turnedScores';

interface OriginalModel {
  readonly files: ModelFiles;
  readonly reference: ModelReference;
  readonly reason: string;
  /** The network as far as it was understood, its input's size known. */
  readonly read: Graph;
  readonly unknown: ReadonlyMap<string, number>;
  readonly resolved: ResolvedInput;
  readonly shape: InputShape;
  readonly threads: number;
  /** Pictures that the file wants at once. */
  readonly unit: number;
  /** Which output holds the scores, and what is to be said of it. */
  readonly output: { readonly index: number; readonly warnings: readonly string[] };
  /** What is to be said of the input. */
  readonly inputWarnings: readonly string[];
}

/**
 * Runs a model as its file has it, for predictions and methods without gradients: one with operators that are not known here, or
 * any, to hold the network that is derived from it to it.
 * Throws `UserError('model-unsupported')` naming the operators for other formats, which only our own graph could run.
 */
export async function loadOriginal(model: OriginalModel): Promise<Classifier> {
  const { files, read, unknown, resolved, unit, output } = model;
  const list = listCounts(unknown);
  if (files.format !== 'onnx') {
    throw new UserError(
      'model-unsupported',
      `The model has operations that are not known here: ${list}.`,
      'Choose the engine auto, or export the model as ONNX.',
    );
  }
  const scored = read.outputs[output.index]!;
  const head = scoreHead(withKnownConstants(read), scored, new Map());
  const turned = turnScores(head);
  const sessions = await originalSessions(model, files.bytes, turned);
  try {
    const judged = turned === undefined ? scaledScores(read, scored) : { values: turned.values };
    const scores = { activation: 'logits' as const, ...judged };
    const found = await probeSessions(sessions, resolved.input, unit, scores, true);
    if (head?.softmax !== undefined && !head.tail.isSelection && found.outputs === 1) throw softmaxOfOne();
    const probe = { ...found, isRandom: found.isRandom === true || isDrawn(read, scored) };
    const facts = {
      ...scores,
      bounds: turned === undefined ? scoreBounds(read, scored) : undefined,
      parameters: parametersOf(read),
      operators: countNames(read.nodes.map(({ op }) => op)),
      derivative: { missing: Object.fromEntries(unknown), zero: {} },
      damagedWeight: damagedConstant(read),
      warnings: [
        ...output.warnings,
        ...(head === undefined || turned === undefined ? [] : turnedWarnings(head)),
        ...model.inputWarnings,
        ...(unknown.size === 0 ? [] : [`${list}: not known here, so the model predicts but cannot be differentiated.`]),
      ],
    };
    const candidate = { engine: 'onnx' as const, reason: model.reason };
    const { info, rule } = describeModel(files, model.reference, candidate, facts, resolved, probe);
    return createOnnxClassifier({ info: { ...info, asFile: true }, sessions, rule });
  } catch (error) {
    await sessions.dispose();
    throw error;
  }
}

/** Is `output` made by operators that draw random numbers? Two runs of them may be alike by chance. */
function isDrawn(graph: Graph, output: string): boolean {
  const producers = producersOf(graph);
  return [...ancestorsOf(output, producers)].some((name) => DRAWING.has(producers.get(name)?.op ?? ''));
}

async function originalSessions(
  { read, unknown, resolved, shape, threads, unit, output }: OriginalModel,
  bytes: Uint8Array,
  turned: TurnedScores | undefined,
): Promise<Sessions> {
  const { height, width, channels } = resolved.input;
  const preprocessing = createPreprocessing(resolved.input, shape.layout);
  const session = await openIsolatedSession(bytes, threads);
  const [input] = read.inputs;
  const scores = read.outputs[output.index]!;
  return {
    isRounded: false,
    mostRows: 1,
    // Nothing tells whether such a file takes more pictures at once than it says.
    chunkSize: () => unit,
    scores: async (pixels, size) => {
      const data = preprocessing.toModel({ data: pixels, count: size, height, width, channels });
      const results = await session.run({ [input!.name]: pictureTensor(input!, size, data) }, [scores]);
      const raw = results[scores]!;
      return { raw: turned === undefined ? raw : turned.turn(raw) };
    },
    gradient: () => Promise.reject(new NotDifferentiable(unknown)),
    dispose: () => session.dispose(),
  };
}

/** Pictures as the file's own input takes them: bytes are rounded. */
function pictureTensor({ type, shape }: GraphInput, size: number, data: Float32Array): Tensor {
  return tensorOf(type, [size, ...shape.slice(1)], type === 'float32' ? data : data.map(Math.round));
}
