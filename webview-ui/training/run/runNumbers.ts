import type { TrainingEvent } from '../../../src/engine/calls/training';
import type { History } from '../../../src/training/run/contents';
import type { RunRecord } from '../../../src/training/run/record';
import { oncePerFrame } from '../../dom';
import { createHistory } from '../logic/history';
import type { TrainingContext } from '../view';
import { createCurvesCard } from './curvesCard';
import { createFigures, type Pace } from './figures';

/** The numbers of a run and their curves. */
export class RunNumbers {
  readonly figures = createFigures();
  readonly curves;
  #history;
  #pace: Pace = {};
  readonly #draw: () => void;

  /** `now`: the run as it is when the numbers are drawn. */
  constructor(
    context: TrainingContext,
    history: History,
    now: () => { readonly record: RunRecord; readonly live: boolean },
    picked: (step: number) => void,
  ) {
    this.curves = createCurvesCard(context, picked);
    this.#history = createHistory(history);
    this.#draw = oncePerFrame(() => {
      const { record, live } = now();
      this.figures.show(record, this.#history, this.#pace, live);
      this.curves.show(this.#history, record.epochs, record.steps / Math.max(1, record.options.epochs));
    });
  }

  /** Minibatches that are known. */
  get length(): number {
    return this.#history.length();
  }

  show(): void {
    this.#draw();
  }

  /** Begins anew, of a run that is opened again. */
  restart(history: History): void {
    this.#history = createHistory(history);
    this.#pace = {};
  }

  append(event: TrainingEvent & { kind: 'minibatches' }, mostSteps: number): void {
    this.#history.append(event.firstStep, event.loss, event.accuracy, mostSteps);
    this.#pace = { imagesPerSecond: event.imagesPerSecond, remainingSeconds: event.remainingSeconds };
    this.show();
  }

  validating(share: number): void {
    this.#pace = { ...this.#pace, validating: share };
    this.show();
  }

  validated(): void {
    const { imagesPerSecond, remainingSeconds } = this.#pace;
    this.#pace = {
      ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
      ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
    };
    this.show();
  }

  dispose(): void {
    this.curves.dispose();
  }
}
