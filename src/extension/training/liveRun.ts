import type { TrainingEvent } from '../../engine/calls/training';
import type { RunContents } from '../../training/run/contents';
import type { EpochResult, RunRecord } from '../../training/run/record';
import { Curve } from './curve';

/** The run that this window trains, as its events tell it; what lies on the disk is a little behind. */
export class LiveRun {
  readonly #loss = new Curve();
  readonly #accuracy = new Curve();
  readonly #epochs = new Map<number, EpochResult>();
  readonly #checkpoints = new Set<number>();
  #record: RunRecord | undefined;

  constructor(readonly folder: string) {}

  /** Absent until the run has begun. */
  get record(): RunRecord | undefined {
    if (!this.#record) return undefined;
    const record = this.#record;
    return { ...record, step: Math.max(record.step, this.#loss.end), epochs: this.#epochsOf(record) };
  }

  get paused(): boolean {
    return this.#record?.status === 'paused';
  }

  /** Of the latest minibatches. */
  get loss(): number | undefined {
    return this.#loss.last;
  }

  apply(event: TrainingEvent): void {
    switch (event.kind) {
      case 'record':
        this.#record = event.record;
        return;
      case 'minibatches':
        this.#loss.set(event.firstStep - 1, event.loss);
        this.#accuracy.set(event.firstStep - 1, event.accuracy);
        return;
      case 'epoch':
        this.#epochs.set(event.result.epoch, event.result);
        return;
      case 'checkpoint':
        this.#checkpoints.add(event.step);
        return;
      case 'preparing':
      case 'validating':
      case 'frame':
        return;
    }
  }

  /** What was read of the run's folder, brought up to date. */
  contents(read: RunContents): RunContents {
    const { history, checkpoints } = read;
    return {
      ...read,
      record: this.record ?? read.record,
      history: { loss: this.#loss.over(history.loss), accuracy: this.#accuracy.over(history.accuracy) },
      checkpoints: [...new Set([...checkpoints, ...this.#checkpoints])].sort((a, b) => a - b),
    };
  }

  #epochsOf({ epochs }: RunRecord): readonly EpochResult[] {
    const all = new Map([...epochs.map((result) => [result.epoch, result] as const), ...this.#epochs]);
    return [...all.values()].sort((a, b) => a.epoch - b.epoch);
  }
}
