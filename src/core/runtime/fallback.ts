import { throwIfCancelled, UserError } from '../errors';
import { relativeDifference } from '../evaluation/compare';
import { quickPictures, worstDifference } from '../evaluation/quickDifferences';
import { batchOf } from '../image/pixels';
import type { Classifier } from '../model/classifier';
import type { EngineChoice, ModelReference } from '../model/modelInfo';
import type { TensorFlowFiles } from './modelFiles';
import { loadTensorFlowFiles } from './tensorflow/loadTensorFlow';
import type { EngineOptions } from './tensorflow/options';

type LoadOptions = EngineOptions & { readonly engine: EngineChoice; readonly signal?: AbortSignal };

/** Relative errors of a gradient up to which it is taken, and up to which it is taken with a warning. */
const AGREE = 0.02;
const SIMILAR = 0.1;
/** Of scores, relative to the largest. */
const SAME_SCORES = 1e-3;

/**
 * Loads on TensorFlow.js a model that ONNX Runtime refused (`refusal`), on its first engine whose gradient agrees with differences
 * of its own scores. If there is none, the model predicts and `gradient` throws `UserError('gradient-unavailable')`; where our own
 * graph predicts otherwise, it does so itself. The model's warnings say that it runs on the fall-back, and why.
 */
export async function loadFallback(
  files: TensorFlowFiles,
  reference: ModelReference,
  options: LoadOptions,
  refusal: unknown,
): Promise<Classifier> {
  const why = firstLine(refusal);
  let kept: Classifier | undefined;
  const accept = async (classifier: Classifier): Promise<string | undefined> => {
    throwIfCancelled(options.signal);
    const verdict = await judgeGradient(classifier);
    if (verdict.refused === undefined) {
      await kept?.dispose();
      kept = withWarnings(classifier, ...verdict.warnings);
      return undefined;
    }
    if (kept === undefined) kept = verdict.classifier;
    else await classifier.dispose();
    return verdict.refused;
  };
  let failure: unknown;
  try {
    await loadTensorFlowFiles(files, reference, options, { preface: `ONNX Runtime is not used: ${why}`, accept });
  } catch (error) {
    failure = error;
  }
  if (options.signal?.aborted) {
    await kept?.dispose();
    throw failure;
  }
  const own = await ownPredictions(files, reference, options);
  if (kept === undefined) {
    if (own === undefined) throw failure;
    return withWarnings(own, `The model predicts but cannot be differentiated: ${sentence(why)}`);
  }
  if (own !== undefined && !(await predictAlike(own, kept))) {
    await kept.dispose();
    const { engine } = kept.info;
    return withWarnings(
      own,
      `The fall-back engine ${engine} computes other scores than the model, so it is not used, and the model cannot be differentiated.`,
    );
  }
  await own?.dispose();
  return withWarnings(kept, `The model runs on ${kept.info.engine}, the fall-back engine: ${sentence(why)}`);
}

type Verdict =
  | { readonly refused: undefined; readonly warnings: readonly string[] }
  /** Why, as the end of a sentence; the classifier that is left, which only predicts. */
  | { readonly refused: string; readonly classifier: Classifier };

async function judgeGradient(classifier: Classifier): Promise<Verdict> {
  const { engine } = classifier.info;
  let difference: number | undefined;
  try {
    difference = await worstDifference(classifier);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'gradient-unavailable') throw error;
    const warned = withWarnings(classifier, `The model predicts but cannot be differentiated: ${error.message}`);
    return { refused: `${engine} cannot differentiate this model`, classifier: warned };
  }
  if (difference === undefined) {
    const warning = `Gradients of the fall-back engine ${engine} could not be checked: none is large enough to be told from rounding.`;
    return { refused: undefined, warnings: [warning] };
  }
  if (difference <= AGREE) return { refused: undefined, warnings: [] };
  const percent = `${(difference * 100).toPrecision(2)} %`;
  if (difference <= SIMILAR) {
    const warning = `Gradients of the fall-back engine ${engine} differ from differences of its scores by ${percent}: they are wrong, or the network bends sharply.`;
    return { refused: undefined, warnings: [warning] };
  }
  const error = new UserError(
    'gradient-unavailable',
    `The gradient of the fall-back engine ${engine} is wrong for this model: ${Number.isFinite(difference) ? `it differs from differences of its scores by ${percent}` : 'it is not finite'}.`,
    'Choose a method that needs no gradient, or convert the model to ONNX.',
  );
  return {
    refused: `the gradient of ${engine} is wrong for this model`,
    classifier: predictionsOnly(classifier, error),
  };
}

/** Our own graph without its derivative, if it can be read. */
async function ownPredictions(
  files: TensorFlowFiles,
  reference: ModelReference,
  options: LoadOptions,
): Promise<Classifier | undefined> {
  try {
    const { loadOnnx } = await import('./onnx/loadOnnx');
    const reason = 'TensorFlow.js cannot stand in for it.';
    return await loadOnnx(files, reference, {
      reason,
      threads: options.threads,
      mustDifferentiate: false,
      asFile: false,
    });
  } catch {
    return undefined;
  }
}

async function predictAlike(own: Classifier, other: Classifier): Promise<boolean> {
  for (const picture of quickPictures(own.info.input)) {
    const [ours, theirs] = [await own.predict(batchOf(picture)), await other.predict(batchOf(picture))];
    if (ours.probabilities.length !== theirs.probabilities.length) return false;
    if (!(relativeDifference(ours.probabilities, theirs.probabilities) <= SAME_SCORES)) return false;
  }
  return true;
}

/** The classifier, its gradient refused. */
function predictionsOnly(classifier: Classifier, error: UserError): Classifier {
  const warned = withWarnings(classifier, error.message);
  return { ...warned, gradient: () => Promise.reject(error) };
}

function withWarnings(classifier: Classifier, ...warnings: readonly string[]): Classifier {
  const { info } = classifier;
  return { ...classifier, info: { ...info, warnings: [...info.warnings, ...warnings] } };
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
