/** Requests of a slider: at most one runs while it moves, the latest position always follows, the last one is final. */
export interface LiveRequests {
  readonly moved: () => void;
  readonly rested: () => void;
  readonly replied: () => void;
  /** A request runs whose reply is still to come. */
  readonly isWaiting: () => boolean;
  readonly dispose: () => void;
}

/** After this a reply is no longer expected, so that the slider cannot die. */
const PATIENCE_MILLISECONDS = 10_000;

export function createLiveRequests(send: (live: boolean) => void): LiveRequests {
  let waiting: 'nothing' | 'reply' = 'nothing';
  let hasMoved = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function request(live: boolean): void {
    waiting = 'reply';
    hasMoved = false;
    clearTimeout(timer);
    timer = setTimeout(replied, PATIENCE_MILLISECONDS);
    send(live);
  }

  function replied(): void {
    clearTimeout(timer);
    waiting = 'nothing';
    if (hasMoved) request(true);
  }

  return {
    moved() {
      if (waiting === 'reply') hasMoved = true;
      else request(true);
    },
    rested: () => request(false),
    replied,
    isWaiting: () => waiting === 'reply',
    dispose: () => clearTimeout(timer),
  };
}
