import { throwIfCancelled } from '../../core/errors';
import { checkModel as runChecks } from '../../core/evaluation/modelCheck';
import { probePictures } from '../../core/evaluation/probePictures';
import { holdingThread } from '../../runtime/interrupts';
import type { SecondOpinion } from '../../core/evaluation/secondEngine';
import { MODEL_CHECK_VERSION, verdictOf, type ModelCheck } from '../../core/result/modelCheck';
import { interruptible } from './interruptible';
import type { RunCaches } from './run';
import { loadSecond } from './secondEngine';
import type { CheckModelRequest, Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';

/** Tries a model on probe pictures, and on the image of the request if it names one. Throws what loading either throws. */
export function checkModel(
  { models, images }: RunCaches,
  request: CheckModelRequest,
  job: Job | undefined,
): Promise<ModelCheck> {
  throwIfCancelled(job?.signal);
  const seed = request.seed ?? DEFAULT_SEED;
  return models.use(request, job, async ({ classifier: loaded }, modelMilliseconds) => {
    const started = performance.now();
    const classifier = interruptible(loaded, job?.signal);
    const { info } = classifier;
    if (request.image) job?.progress?.({ stage: 'image', done: 0, total: 1 });
    const own = request.image && (await images.prepare(request.image, info.input));
    const [first, ...others] = probePictures(info.input, seed);
    const context = {
      ...(job?.signal ? { signal: job.signal } : {}),
      progress: (done: number, total: number) => job?.progress?.({ stage: 'compute', done, total }),
    };
    let opinion: SecondOpinion | undefined;
    const second = async (): Promise<SecondOpinion> => {
      opinion = await holdingThread(() => loadSecond(request, info, job));
      return 'why' in opinion ? opinion : interruptible(opinion, job?.signal);
    };
    try {
      const pictures = own ? ([own.input, first, ...others] as const) : ([first, ...others] as const);
      const checks = await runChecks(classifier, pictures, second, context);
      return {
        kind: 'model-check',
        version: MODEL_CHECK_VERSION,
        created: new Date().toISOString(),
        model: info,
        ...(opinion === undefined || 'why' in opinion ? {} : { secondEngine: opinion.info.engine }),
        ...(own === undefined ? {} : { image: own.facts }),
        ...(own === undefined || own.warnings.length === 0 ? {} : { imageWarnings: own.warnings }),
        seed,
        verdict: verdictOf(checks),
        checks,
        timings: { model: modelMilliseconds, compute: performance.now() - started },
      };
    } finally {
      if (opinion !== undefined && !('why' in opinion)) await opinion.dispose();
    }
  });
}
