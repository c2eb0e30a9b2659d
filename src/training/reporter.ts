import type { TrainerEvent } from './events';
import type { FrameLayout } from './frames/frameRecord';
import { readFrame } from './frames/frameRecord';

/** Tells of minibatches and frames a few times a second, however many there are. */
export interface Reporter {
  /** A minibatch is done. */
  minibatch(step: number, loss: number, accuracy: number): void;
  /** What was seen after a minibatch; its memory is read as it is when it is told. */
  frame(frame: Uint8Array): void;
  /** Tells what was held back. */
  flush(): void;
  /** Tells at once. */
  tell(event: TrainerEvent): void;
}

export interface ReporterSource {
  readonly report: (event: TrainerEvent) => void;
  readonly layout: FrameLayout | undefined;
  /** As it is now. */
  readonly pace: () => { readonly imagesPerSecond: number; readonly remainingSeconds: number };
}

const MILLISECONDS = 125;

export function createReporter({ report, layout, pace }: ReporterSource): Reporter {
  let firstStep = 0;
  let losses: number[] = [];
  let accuracies: number[] = [];
  let newest: Uint8Array | undefined;
  let last = -Infinity;

  function flush(): void {
    last = performance.now();
    if (losses.length > 0) {
      const { imagesPerSecond, remainingSeconds } = pace();
      report({
        kind: 'minibatches',
        firstStep,
        loss: Float32Array.from(losses),
        accuracy: Float32Array.from(accuracies),
        imagesPerSecond,
        remainingSeconds,
      });
      losses = [];
      accuracies = [];
    }
    if (newest && layout) report({ kind: 'frame', frame: readFrame(newest, layout) });
    newest = undefined;
  }

  function tellAtTimes(): void {
    if (performance.now() - last >= MILLISECONDS) flush();
  }

  return {
    minibatch(step, loss, accuracy) {
      if (losses.length === 0) firstStep = step;
      losses.push(loss);
      accuracies.push(accuracy);
      tellAtTimes();
    },
    frame(frame) {
      newest = frame;
      tellAtTimes();
    },
    flush,
    tell(event) {
      flush();
      report(event);
    },
  };
}
