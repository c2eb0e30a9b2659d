import { architectures } from '../../training/architectures/registry';
import { fetchFashionMnist } from '../../training/data/fetchFashionMnist';
import { openDataset } from '../../training/data/openDataset';
import { openRun } from '../../training/run/openRun';
import { readFrames } from '../../training/run/readFrames';
import { readMaps } from '../../training/run/readMaps';
import { createImageCache } from '../usecases/images';
import type { Job } from '../calls/service';
import { exportRun } from './exportRun';
import { runIntegrate } from './integrate';
import type { TrainingService } from '../calls/table';
import { beginRun, continueRun } from './train';
import { createTrainings } from './trainings';

/** Training in this process. */
export interface LocalTrainingService extends TrainingService {
  /** Stops what is being trained, keeping its state. */
  dispose(): Promise<void>;
}

/** The training service in this process; the libraries behind a network are loaded when one is wanted. */
export function createTrainingService(): LocalTrainingService {
  const trainings = createTrainings();
  const images = createImageCache();
  return {
    // What of an architecture can travel.
    architectures: async () =>
      architectures.map(({ id, label, summary, source, minimumSide }) => ({
        id,
        label,
        summary,
        source,
        minimumSide,
      })),
    async dataset(request, job) {
      const dataset = await openDataset(request, dataJob(job));
      await dataset.dispose();
      return dataset.info;
    },
    async network(request) {
      const { prepareNetwork } = await import('./network/prepareNetwork');
      return (await prepareNetwork(request)).summary;
    },
    train: (request, job) =>
      trainings.during(request.folder, job?.signal, (control, signal) => {
        const context = { control, signal, report: job?.progress ?? (() => undefined) };
        return 'continue' in request ? continueRun(request, context) : beginRun(request, context);
      }),
    control: async ({ folder, action }) => trainings.control(folder, action),
    run: ({ folder }) => openRun(folder),
    frames: ({ folder, ...range }) => readFrames(folder, range),
    maps: ({ folder, image }) => readMaps(folder, image),
    async integrate(request, job) {
      const { loadClassifier } = await import('../../runtime/loadClassifier');
      return runIntegrate(request, { images, load: loadClassifier }, job);
    },
    exportRun,
    fetchDataset: ({ folder }, job) => fetchFashionMnist(folder, dataJob(job)),
    dispose: () => trainings.dispose(),
  };
}

function dataJob(job: Job | undefined) {
  return {
    ...(job?.signal && { signal: job.signal }),
    progress: (done: number, total: number) => job?.progress?.({ stage: 'compute', done, total }),
  };
}
