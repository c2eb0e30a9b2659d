import type { FromTraining } from '../../src/protocol/training';
import type { TrainingSaved } from './saved';

/** What the views may use of the page around them. */
export interface TrainingContext {
  readonly post: (message: FromTraining) => void;
  readonly saved: () => TrainingSaved;
  readonly save: (change: Partial<TrainingSaved>) => void;
}
