import { firstLine, throwIfCancelled } from '../core/errors';
import type { Classifier } from '../core/model/classifier';
import type { EngineChoice, ModelReference } from '../core/model/modelInfo';
import { judgeGradient, withWarnings } from './gradientVerdict';
import type { TensorFlowFiles } from './modelFiles';
import { ownPredictions, scoresApart } from './ownScores';
import { loadTensorFlowFiles } from './tensorflow/loadTensorFlow';
import type { EngineOptions } from './tensorflow/options';

type LoadOptions = EngineOptions & { readonly engine: EngineChoice; readonly signal?: AbortSignal };

const HINT = 'Choose a method that needs no gradient, or convert the model to ONNX.';

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
    const verdict = await judgeGradient(classifier, {
      called: `the fall-back engine ${classifier.info.engine}`,
      hint: HINT,
    });
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
  const own = await ownPredictions(files, reference, options.threads);
  if (kept === undefined) {
    if (own === undefined) throw failure;
    return withWarnings(own, `The model predicts but cannot be differentiated: ${sentence(why)}`);
  }
  if (own !== undefined && (await scoresApart(own, kept)) !== undefined) {
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

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
