import { rankClasses } from '../../core/result/classes';
import { knownLabel } from './labels';
import type { RunCaches } from './run';
import { modelFacts, withRun } from './run';
import type { ImageRequest, Job, ModelRequest, Prediction } from '../calls/service';

/** Every class with its score. Throws what loading the model and decoding the image throw. */
export function predict(
  caches: RunCaches,
  request: ModelRequest & ImageRequest,
  job: Job | undefined,
): Promise<Prediction> {
  return withRun(caches, request, job, async ({ classifier, facts, scores, warnings: ofImage }) => {
    const { classes, warnings } = classifier.info;
    const label = knownLabel(undefined, request.image.path, classes);
    return {
      image: facts,
      model: modelFacts(classifier),
      classes: rankClasses(scores, 0, classes),
      ...(label === undefined ? {} : { label }),
      warnings: [...warnings, ...ofImage],
    };
  });
}
