import { throwIfCancelled } from '../core/errors';
import { distance, settleGradients } from '../core/evaluation/gradientDispute';
import { quickProbes, worstDifference } from '../core/evaluation/quickDifferences';
import { isAllZero } from '../core/method/numbers';
import type { Classifier, Gradients, Objective } from '../core/model/classifier';
import type { EngineChoice, ModelReference } from '../core/model/modelInfo';
import { judgeGradient, withWarnings } from './gradientVerdict';
import type { TensorFlowFiles } from './modelFiles';
import { ownPredictions, scoresApart } from './ownScores';
import { loadTensorFlowFiles } from './tensorflow/loadTensorFlow';
import type { EngineOptions } from './tensorflow/options';

type LoadOptions = EngineOptions & {
  readonly engine: EngineChoice;
  readonly unjudged?: boolean;
  readonly signal?: AbortSignal;
};

const HINT = 'Choose the engine auto, or a method that needs no gradient.';
/** Distance of two gradients up to which they are the same, relative to their size. */
const SAME_GRADIENT = 0.02;

/**
 * Loads a TensorFlow.js model on the engine of TensorFlow.js that was chosen by name. Where its gradient is not that of our own
 * graph, or this has none, it is held to differences of the engine's own scores; the scores are held to our own graph. What is off
 * a little is a warning; a gradient that is far off throws `UserError('gradient-unavailable')` instead.
 */
export async function loadChosen(
  files: TensorFlowFiles,
  reference: ModelReference,
  options: LoadOptions,
): Promise<Classifier> {
  const loaded = await loadTensorFlowFiles(files, reference, options);
  if (options.unjudged === true) return loaded;
  let own: Classifier | undefined;
  try {
    throwIfCancelled(options.signal);
    own = await ownPredictions(files, reference, options.threads);
    const apart = own && (await scoresApart(own, loaded));
    throwIfCancelled(options.signal);
    const { engine } = loaded.info;
    // A gradient of other scores tells nothing.
    const measure = apart === undefined ? errorBeside(own) : worstDifference;
    const verdict = await judgeGradient(loaded, { called: `the engine ${engine}`, hint: HINT }, measure);
    throwIfCancelled(options.signal);
    const judged = verdict.refused === undefined ? withWarnings(loaded, ...verdict.warnings) : verdict.classifier;
    return apart === undefined ? judged : withWarnings(judged, otherScores(engine, apart));
  } catch (error) {
    await loaded.dispose();
    throw error;
  } finally {
    await own?.dispose();
  }
}

/** By how much a gradient is off: nothing where it is that of `own`, which another kind of code computes. */
function errorBeside(own: Classifier | undefined): (classifier: Classifier) => Promise<number | undefined> {
  return async (classifier) => {
    if (own === undefined) return worstDifference(classifier);
    const { pictures, objectives: wanted, images } = await quickProbes(classifier);
    const alike = own.info.output.activation === classifier.info.output.activation;
    const objectives = alike ? wanted : wanted.map(ofProbabilities);
    const theirs = await classifier.gradient(images, objectives);
    const ours = await own.gradient(images, objectives).catch(() => undefined);
    let worst = 0;
    for (const [index, picture] of pictures.entries()) {
      const size = picture.data.length;
      const part = ({ gradient }: Gradients) => gradient.slice(index * size, (index + 1) * size);
      if (ours === undefined || isAllZero(part(ours))) return worstDifference(classifier);
      const gradients = [part(ours), part(theirs)] as const;
      const apart = distance(gradients);
      if (apart === Infinity) return Infinity;
      if (apart <= SAME_GRADIENT) continue;
      const dispute = { picture, objective: objectives[index]!, classifiers: [own, classifier] as const, gradients };
      const settled = await settleGradients(dispute);
      if (settled === undefined) return worstDifference(classifier);
      worst = Math.max(worst, settled[1]);
    }
    return worst;
  };
}

/** What two engines have alike of which only one could take the final activation off. */
function ofProbabilities(objective: Objective): Objective {
  return objective.kind === 'logit' ? { ...objective, kind: 'log-probability' } : objective;
}

function otherScores(engine: string, apart: number): string {
  const much = Number.isFinite(apart) ? ` (by up to ${(100 * apart).toPrecision(2)} %)` : '';
  return `The engine ${engine} computes other scores than the model's graph does${much}.`;
}
