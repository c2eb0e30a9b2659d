import { createTrainingClient } from '../../../src/engine/training/client';
import type { TrainRequest } from '../../../src/engine/calls/training';

// Plays an editor that trains until it is killed. Arguments: the engine's program, the request as JSON.
const [enginePath, request] = process.argv.slice(2) as [string, string];

const silent = () => undefined;
const client = createTrainingClient({ enginePath, log: { info: silent, warn: silent, error: silent } });
void client.train(JSON.parse(request) as TrainRequest, {
  progress: ({ kind }) => {
    if (kind === 'minibatches') process.send?.(client.trainingPid);
  },
});
