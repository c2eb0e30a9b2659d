import { UserError } from '../../errors';
import { NotDifferentiable } from '../../graph/differentiate';
import type { Graph } from '../../graph/graph';
import { floats } from '../../graph/tensor';
import type { Classifier } from '../../model/classifier';
import type { ModelReference } from '../../model/modelInfo';
import type { InputShape, ResolvedInput } from '../../model/modelInput';
import { createPreprocessing } from '../../model/preprocessing';
import { describeModel } from '../describe';
import type { ModelFiles } from '../modelFiles';
import { countNames } from '../operators';
import { damagedConstant, parametersOf } from './constants';
import { createOnnxClassifier } from './onnxClassifier';
import { probeSessions } from './probeSessions';
import { openOnnxSession } from './session';
import type { Sessions } from './sessions';

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
}

/**
 * A model with operators that are not known here runs as its file has it, for predictions and methods without gradients.
 * Throws `UserError('model-unsupported')` naming the operators for other formats, which only our own graph could run.
 */
export async function loadOriginal(model: OriginalModel): Promise<Classifier> {
  const { files, read, unknown, resolved } = model;
  const list = [...unknown].map(([name, count]) => `${name} (${count} ×)`).join(', ');
  if (files.format !== 'onnx') {
    throw new UserError(
      'model-unsupported',
      `The model has operations that are not known here: ${list}.`,
      'Choose the engine auto, or export the model as ONNX.',
    );
  }
  const sessions = await originalSessions(model, files.bytes);
  try {
    const probe = await probeSessions(sessions, 1, resolved.input);
    const facts = {
      activation: 'logits' as const,
      parameters: parametersOf(read),
      operators: countNames(read.nodes.map(({ op }) => op)),
      derivative: { missing: Object.fromEntries(unknown), zero: {} },
      damagedWeight: damagedConstant(read),
      warnings: [`${list}: not known here, so the model predicts but cannot be differentiated.`],
    };
    const candidate = { engine: 'onnx' as const, reason: model.reason };
    const { info, rule } = describeModel(files, model.reference, candidate, facts, resolved, probe);
    return createOnnxClassifier({ info, sessions, rule });
  } catch (error) {
    await sessions.dispose();
    throw error;
  }
}

async function originalSessions(
  { read, unknown, resolved, shape, threads }: OriginalModel,
  bytes: Uint8Array,
): Promise<Sessions> {
  const { height, width, channels } = resolved.input;
  const preprocessing = createPreprocessing(resolved.input, shape.layout);
  const session = await openOnnxSession(bytes, threads);
  const [input] = read.inputs;
  return {
    // Nothing tells whether such a file takes more than one picture at once.
    chunkSize: () => 1,
    scores: async (pixels, size) => {
      const data = preprocessing.toModel({ data: pixels, count: size, height, width, channels });
      const results = await session.run({ [input!.name]: floats([size, ...input!.shape.slice(1)], data) });
      return results[read.outputs[0]!]!;
    },
    gradient: () => Promise.reject(new NotDifferentiable(unknown)),
    dispose: () => session.dispose(),
  };
}
