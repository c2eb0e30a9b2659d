import path from 'node:path';
import { UserError } from '../../core/errors';
import { EngineRequests } from '../process/engineRequests';
import type { TrainingService } from '../calls/table';
import { askedBy } from '../calls/table';
import type { TrainingProcessOptions } from './trainingProcess';
import { TrainingProcess } from './trainingProcess';

/** The training service in processes of their own: one for each training, and one that reads. */
export interface TrainingClient extends TrainingService {
  /** Of the process that trains; of the newest if there are several. */
  readonly trainingPid: number | undefined;
  /** Ends the processes; trainings keep their state first. */
  dispose(): Promise<void>;
}

/**
 * A client of engine processes (`enginePath`: the bundled `main.ts`). An aborted training stops gracefully and still gives
 * its record; if its process dies, `train` rejects with a `UserError('training-failed')` and the run can be continued.
 */
export function createTrainingClient(options: TrainingProcessOptions): TrainingClient {
  const reading = new EngineRequests(options);
  const training = new Map<string, TrainingProcess>();

  return {
    ...askedBy(['runs'], (name, request, job) => reading.ask(name, request, job)),
    get trainingPid() {
      return [...training.values()].at(-1)?.pid;
    },
    async train(request, job = {}) {
      const folder = path.resolve(request.folder);
      if (training.has(folder))
        throw new UserError('usage', 'This run is being trained already.', 'Wait for it to end, or stop it.');
      const process = new TrainingProcess(options, request, job);
      training.set(folder, process);
      try {
        return await process.result;
      } finally {
        training.delete(folder);
      }
    },
    async control(request) {
      const process = training.get(path.resolve(request.folder));
      if (!process)
        throw new UserError(
          'usage',
          `Nothing is being trained in ${request.folder}.`,
          'Start or continue the run first.',
        );
      await process.control(request);
    },
    async dispose() {
      await Promise.all([reading.dispose(), ...[...training.values()].map((process) => process.dispose())]);
    },
  };
}
