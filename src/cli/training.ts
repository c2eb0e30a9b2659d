import path from 'node:path';
import { createTrainingClient } from '../engine/training/client';
import { createTrainingService, type LocalTrainingService } from '../engine/training/localTrainingService';
import { sayLine } from './terminal';

/** With what comes after it, the prompt is back within a second of Ctrl-C. */
const STOP_GRACE = 500;

const ignore = (): void => undefined;

/**
 * The training service of the command line: in this process but for `train`. A minibatch holds the thread that computes it, for seconds
 * if the network is large, so that trainings run in a process of their own, and Ctrl-C is heard meanwhile.
 */
export function createTraining(): LocalTrainingService {
  const here = createTrainingService();
  const elsewhere = createTrainingClient({
    // It lies beside the bundle that this is part of.
    enginePath: path.join(__dirname, 'engine.js'),
    log: { info: ignore, warn: sayLine, error: ignore },
    stopGraceMilliseconds: STOP_GRACE,
  });
  return {
    ...here,
    train: (request, job) => elsewhere.train(request, job),
    async dispose() {
      await elsewhere.dispose();
      await here.dispose();
    },
  };
}
