import type { Disposable, Event } from 'vscode';
import { EventEmitter } from 'vscode';
import type { TrainingEvent, TrainRequest } from '../../engine/calls/training';
import { CancelledError, UserError } from '../../core/errors';
import type { RunRecord } from '../../training/run/record';
import { setContextKey } from '../contextKeys';
import { Disposables } from '../disposables';
import { LiveRun } from './liveRun';
import type { TrainingHost } from './trainingHost';

export interface TrainingEnd {
  readonly folder: string;
  /** Absent where the process failed. */
  readonly record?: RunRecord;
  readonly error?: unknown;
}

/** The one training of this window; it goes on whether or not anything shows it. */
export class Training implements Disposable {
  readonly #disposables = new Disposables();
  readonly #event = this.#disposables.add(new EventEmitter<TrainingEvent>());
  readonly #ended = this.#disposables.add(new EventEmitter<TrainingEnd>());
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly onEvent: Event<TrainingEvent> = this.#event.event;
  /** A run that had begun ended. */
  readonly onDidEnd: Event<TrainingEnd> = this.#ended.event;
  /** There is something new to say of the run. */
  readonly onDidChange: Event<void> = this.#changed.event;
  #live: LiveRun | undefined;

  constructor(private readonly host: TrainingHost) {}

  /** The run that is trained, or is about to be. */
  get live(): LiveRun | undefined {
    return this.#live;
  }

  isLive(folder: string): boolean {
    return this.#live?.folder === folder;
  }

  /** Trains; returns when the run has begun. Throws what is wrong before the first minibatch. */
  async start(request: TrainRequest, signal: AbortSignal): Promise<void> {
    if (this.#live)
      throw new UserError(
        'usage',
        'This window is training a network already.',
        'Wait until it is done, or stop it: it can be continued later.',
      );
    const { folder } = request;
    const live = new LiveRun(folder);
    this.#live = live;
    await new Promise<void>((resolve, reject) => {
      let begun = false;
      const report = (event: TrainingEvent) => {
        live.apply(event);
        this.#tell(event);
        if (begun || event.kind !== 'record') return;
        begun = true;
        resolve();
      };
      const end = (result: Omit<TrainingEnd, 'folder'>) => {
        this.#live = undefined;
        this.#updateKey();
        if (begun) this.#ended.fire({ folder, ...result });
        this.#changed.fire();
      };
      // Only what was asked before the run began is cancelled with its asker.
      const beginning = new AbortController();
      const cancel = () => begun || beginning.abort();
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      this.host.calls.train(request, { signal: beginning.signal, progress: report }).then(
        (record) => {
          end({ record });
          resolve();
        },
        (error: unknown) => {
          end({ error });
          reject(error instanceof Error ? error : new CancelledError());
        },
      );
      this.#updateKey();
    });
  }

  async control(action: 'pause' | 'resume' | 'stop'): Promise<void> {
    if (this.#live) await this.host.calls.control({ folder: this.#live.folder, action });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #tell(event: TrainingEvent): void {
    if (event.kind === 'record') this.#updateKey();
    this.#event.fire(event);
    if (event.kind !== 'frame') this.#changed.fire();
  }

  #updateKey(): void {
    setContextKey('gradientLens.training', this.#live ? (this.#live.paused ? 'paused' : 'running') : 'none');
  }
}
