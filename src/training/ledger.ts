import type { StepResult } from '../core/model/trainableNetwork';
import type { EpochResult } from './run/record';
import type { EpochSums, RunState } from './run/stateFile';

/** Counts what a run has done. */
export interface Ledger {
  readonly state: RunState;
  /** A minibatch of `images` images is done. */
  count(result: StepResult, images: number): void;
  /** Time that passed in training, or otherwise (validation) within the run. */
  spend(seconds: number, what: 'training' | 'other'): void;
  /** Closes the epoch under way. */
  endEpoch(validation: EpochResult['validation']): EpochResult;
  /** Median over the epochs of images a second, of the one under way if there is no other. */
  readonly imagesPerSecond: number | undefined;
}

const NOTHING: EpochSums = { loss: 0, minibatches: 0, correct: 0, images: 0, seconds: 0 };
const START: RunState = { step: 0, seconds: 0, epochs: [], epoch: NOTHING };

/** The ledger of a run over `imagesInEpoch` images, from its start or from where it stood. */
export function createLedger(imagesInEpoch: number, from: RunState = START): Ledger {
  let state = from;
  return {
    get state() {
      return state;
    },
    count({ loss, correct }, images) {
      const { epoch } = state;
      state = {
        ...state,
        step: state.step + 1,
        epoch: {
          loss: epoch.loss + loss,
          minibatches: epoch.minibatches + 1,
          correct: epoch.correct + correct,
          images: epoch.images + images,
          seconds: epoch.seconds,
        },
      };
    },
    spend(seconds, what) {
      const inEpoch = what === 'training' ? seconds : 0;
      state = {
        ...state,
        seconds: state.seconds + seconds,
        epoch: { ...state.epoch, seconds: state.epoch.seconds + inEpoch },
      };
    },
    endEpoch(validation) {
      const { epoch, epochs } = state;
      const result: EpochResult = {
        epoch: epochs.length + 1,
        loss: epoch.loss / epoch.minibatches,
        accuracy: epoch.correct / epoch.images,
        ...(validation && { validation }),
        seconds: epoch.seconds,
      };
      state = { ...state, epochs: [...epochs, result], epoch: NOTHING };
      return result;
    },
    get imagesPerSecond() {
      const { epochs, epoch } = state;
      const rates = epochs.map(({ seconds }) => imagesInEpoch / seconds).sort((a, b) => a - b);
      const middle = (rates.length - 1) / 2;
      if (rates.length > 0) return (rates[Math.floor(middle)]! + rates[Math.ceil(middle)]!) / 2;
      return epoch.images > 0 ? epoch.images / epoch.seconds : undefined;
    },
  };
}
