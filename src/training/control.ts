/** What is wanted of a running training, heard between its minibatches. */
export interface TrainingControl {
  readonly wish: 'run' | 'pause' | 'stop';
  pause(): void;
  resume(): void;
  /** For good: nothing resumes after it. */
  stop(): void;
  /** Settles when the wish is no longer to pause. */
  unpaused(): Promise<void>;
}

/** A control that stops when `signal` is aborted. */
export function createControl(signal?: AbortSignal): TrainingControl {
  let wish: TrainingControl['wish'] = 'run';
  let waiting: (() => void)[] = [];
  function want(next: TrainingControl['wish']): void {
    if (wish === 'stop') return;
    wish = next;
    if (wish === 'pause') return;
    for (const go of waiting) go();
    waiting = [];
  }
  const control: TrainingControl = {
    get wish() {
      return wish;
    },
    pause: () => want('pause'),
    resume: () => want('run'),
    stop: () => want('stop'),
    unpaused: () => (wish === 'pause' ? new Promise<void>((resolve) => void waiting.push(resolve)) : Promise.resolve()),
  };
  if (signal?.aborted) control.stop();
  else signal?.addEventListener('abort', () => control.stop(), { once: true });
  return control;
}
