import type { Disposable, LogOutputChannel } from 'vscode';
import type { TrainingService } from '../../engine/calls/table';
import { askedBy } from '../../engine/calls/table';
import type { TrainingClient } from '../../engine/training/client';
import { createTrainingClient } from '../../engine/training/client';
import { askAsSet, memorySettings } from '../askAsSet';

export interface TrainingHostOptions {
  readonly enginePath: string;
  readonly log: LogOutputChannel;
}

/** Training as the settings want it: a process that trains, and one that reads what was trained; each starts when it is needed. */
export class TrainingHost implements Disposable {
  readonly calls: TrainingService = askedBy(
    ['runs', 'training'],
    askAsSet(() => this.#service),
  );
  #client: TrainingClient | undefined;

  constructor(private readonly options: TrainingHostOptions) {}

  /** Of the process that trains. */
  get pid(): number | undefined {
    return this.#client?.trainingPid;
  }

  dispose(): void {
    void this.#client?.dispose();
    this.#client = undefined;
  }

  get #service(): TrainingClient {
    return (this.#client ??= createTrainingClient({ ...this.options, ...memorySettings() }));
  }
}
