import path from 'node:path';
import { UserError } from '../../core/errors';
import type { TrainingControl } from '../../training/control';
import { createControl } from '../../training/control';

/** What this process trains, by folder, so that it can be spoken to. */
export interface Trainings {
  /** Runs `work` as the training of `folder`; its `signal` is aborted by `stop` as well as by `outer`. */
  during<T>(
    folder: string,
    outer: AbortSignal | undefined,
    work: (control: TrainingControl, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** Throws `UserError('usage')` if nothing is trained there. */
  control(folder: string, action: 'pause' | 'resume' | 'stop'): void;
  /** Stops all and waits for them. */
  dispose(): Promise<void>;
}

interface Training {
  readonly control: TrainingControl;
  readonly stopper: AbortController;
  readonly ended: Promise<unknown>;
}

export function createTrainings(): Trainings {
  const running = new Map<string, Training>();
  return {
    async during(folder, outer, work) {
      const key = path.resolve(folder);
      if (running.has(key))
        throw new UserError('usage', 'This run is being trained already.', 'Wait for it to end, or stop it.');
      const stopper = new AbortController();
      const stop = () => stopper.abort();
      if (outer?.aborted) stop();
      else outer?.addEventListener('abort', stop, { once: true });
      const control = createControl(stopper.signal);
      const result = work(control, stopper.signal);
      running.set(key, { control, stopper, ended: result.catch(() => undefined) });
      try {
        return await result;
      } finally {
        running.delete(key);
        outer?.removeEventListener('abort', stop);
      }
    },
    control(folder, action) {
      const training = running.get(path.resolve(folder));
      if (!training)
        throw new UserError('usage', `Nothing is being trained in ${folder}.`, 'Start or continue the run first.');
      if (action === 'stop') training.stopper.abort();
      else training.control[action]();
    },
    async dispose() {
      const all = [...running.values()];
      for (const { stopper } of all) stopper.abort();
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}
