import { relativeDifference } from '../core/evaluation/compare';
import { quickPictures } from '../core/evaluation/quickDifferences';
import { batchOf } from '../core/image/pixels';
import type { Classifier } from '../core/model/classifier';
import type { ModelReference } from '../core/model/modelInfo';
import type { TensorFlowFiles } from './modelFiles';

/** Of probabilities, relative to the largest. */
const SAME_SCORES = 1e-3;

/** Our own graph of a TensorFlow.js model without its derivative, if it can be read. */
export async function ownPredictions(
  files: TensorFlowFiles,
  reference: ModelReference,
  threads: number | undefined,
): Promise<Classifier | undefined> {
  try {
    const { loadOnnx } = await import('./onnx/loadOnnx');
    const reason = 'TensorFlow.js cannot stand in for it.';
    return await loadOnnx(files, reference, { reason, threads, mustDifferentiate: false, asFile: false });
  } catch {
    return undefined;
  }
}

/** By how much probabilities differ at worst, relative to the largest, if that is more than 1e-3; infinite for other classes. */
export async function scoresApart(own: Classifier, other: Classifier): Promise<number | undefined> {
  let worst = 0;
  for (const picture of quickPictures(own.info.input)) {
    const [ours, theirs] = [await own.predict(batchOf(picture)), await other.predict(batchOf(picture))];
    if (ours.probabilities.length !== theirs.probabilities.length) return Infinity;
    const difference = relativeDifference(ours.probabilities, theirs.probabilities);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst <= SAME_SCORES ? undefined : worst;
}
