import { throwIfCancelled } from '../../core/errors';
import type { MethodContext } from '../../core/method/context';
import type { Classifier, Scores } from '../../core/model/classifier';
import { pictureInput } from '../../core/model/modelInfo';
import { rankClasses } from '../../core/result/classes';
import type { ClassScore, ModelFacts, Timings } from '../../core/result/record';
import type { ImageCache, PreparedImage } from './images';
import { interruptible } from './interruptible';
import type { ModelCache } from './models';
import type { ImageRequest, Job, ModelRequest } from '../calls/service';

/** What every computation starts from: the loaded model and the image at its resolution. */
export interface Run extends PreparedImage {
  readonly classifier: Classifier;
  /** Of the unchanged image. */
  readonly scores: Scores;
  /** Most probable class. */
  readonly predicted: ClassScore;
  /** The measured times; `compute` is what passed since the image was ready. */
  timings(): Timings;
  context(seed: number): Omit<MethodContext, 'partial'>;
}

export interface RunCaches {
  readonly models: ModelCache;
  readonly images: ImageCache;
  /** Bytes that the images of one call of a model may take. */
  readonly memory: number;
}

/** Loads model and image, predicts, and gives `work` all of it; the model stays loaded until `work` ends. */
export function withRun<T>(
  { models, images, memory }: RunCaches,
  request: ModelRequest & ImageRequest,
  job: Job | undefined,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  throwIfCancelled(job?.signal);
  return models.use(request, job, async (loaded, modelMilliseconds) => {
    const classifier = interruptible(loaded.classifier, job?.signal);
    job?.progress?.({ stage: 'image', done: 0, total: 1 });
    const imageStarted = performance.now();
    const prepared = await images.prepare(request.image, classifier.info.input);
    const computeStarted = performance.now();
    job?.progress?.({ stage: 'compute', done: 0, total: 1 });
    throwIfCancelled(job?.signal);
    const scores = await loaded.scoresOf(classifier, prepared.input);
    const [predicted] = rankClasses(scores, 0, classifier.info.classes, { top: 1 });
    return work({
      ...prepared,
      classifier,
      scores,
      predicted: predicted!,
      timings: () => ({
        model: modelMilliseconds,
        image: computeStarted - imageStarted,
        compute: performance.now() - computeStarted,
      }),
      context: (seed) => ({
        seed,
        memory,
        ...(job?.signal ? { signal: job.signal } : {}),
        progress: (done, total) => job?.progress?.({ stage: 'compute', done, total }),
      }),
    });
  });
}

export function modelFacts({ info }: Pick<Classifier, 'info'>): ModelFacts {
  const { name, path, hash, format, engine, engineReason, input } = info;
  const { height, width, channels, ...preprocessing } = pictureInput(input);
  return { name, path, hash, format, engine, engineReason, input: { height, width, channels }, preprocessing };
}
