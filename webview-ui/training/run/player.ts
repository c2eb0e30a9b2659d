import type { Frame } from '../../../src/training/frames/frames';
import type { Chunk } from '../logic/chunks';
import { correctIndex, type FrameIndex, placeNear, withFrame } from '../logic/frameIndex';
import { endLive, follow, moveTo, pause, play, type Scrub, startScrub, tick, withSteps } from '../logic/scrub';
import type { FrameStore } from './frameStore';

/** Which frame of the run is shown; plays, follows and fetches. */
export interface Player {
  readonly scrub: () => Scrub;
  /** The frame at the place, or while it is fetched the one that was shown last. */
  readonly frame: () => Frame | undefined;
  readonly isLoaded: () => boolean;
  readonly moveTo: (place: number) => void;
  readonly moveToStep: (step: number) => void;
  readonly togglePlay: () => void;
  readonly follow: () => void;
  readonly isLive: () => boolean;
  readonly setLive: (live: boolean) => void;
  /** The newest frame of a live run. */
  readonly arrived: (frame: Frame) => void;
  readonly setSteps: (steps: FrameIndex) => void;
  /** These frames were at the places `chunk`, of steps that may have grown since. */
  readonly correct: (chunk: Chunk, frames: readonly Frame[]) => void;
  readonly dispose: () => void;
}

interface PlayerOptions {
  readonly steps: FrameIndex;
  readonly live: boolean;
  /** The run watches every k-th minibatch. */
  readonly every: number;
  readonly speed: () => number;
  readonly store: FrameStore;
  readonly changed: () => void;
}

const TICK_MILLISECONDS = 1000 / 12;
/** Ticks after which a frame is given up. */
const MOST_WAITED = 240;

export function createPlayer({ steps, live: startsLive, every, speed, store, changed }: PlayerOptions): Player {
  let live = startsLive;
  let scrub = startScrub(steps, live);
  let latest: Frame | undefined;
  let waited = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const here = (): Frame | undefined => {
    const step = scrub.steps[scrub.place];
    return step === undefined ? undefined : store.get(step);
  };

  function go(next: Scrub): void {
    scrub = next;
    const isTicking = timer !== undefined;
    if (scrub.plays && !isTicking) timer = setInterval(advance, TICK_MILLISECONDS);
    if (!scrub.plays && isTicking) {
      clearInterval(timer);
      timer = undefined;
    }
    // Beyond the frames that are asked for now, playing has them fetched ahead.
    if (scrub.steps.length > 0) store.want(scrub.steps, scrub.place, scrub.plays ? speed() : 1);
    changed();
  }

  function advance(): void {
    // A frame that is still to come is waited for: none is skipped because the disk is slow.
    if (here() === undefined) {
      waited += 1;
      if (waited > MOST_WAITED) go(pause(scrub));
      else store.want(scrub.steps, scrub.place, speed());
      return;
    }
    waited = 0;
    go(tick(scrub, speed(), live));
  }

  return {
    scrub: () => scrub,
    frame() {
      latest = here() ?? latest;
      return latest;
    },
    isLoaded: () => scrub.steps.length === 0 || here() !== undefined,
    moveTo: (place) => go(moveTo(scrub, place, live)),
    moveToStep: (step) => go(moveTo(scrub, Math.max(0, placeNear(scrub.steps, step)), live)),
    togglePlay: () => go(scrub.plays ? pause(scrub) : play(scrub)),
    follow: () => go(follow(scrub)),
    isLive: () => live,
    setLive(next) {
      if (next && !live) scrub = { ...scrub, follows: scrub.place >= scrub.steps.length - 1 };
      live = next;
      go(live ? scrub : endLive(scrub));
    },
    arrived(frame) {
      const last = scrub.steps.at(-1);
      if (last !== undefined && frame.step < last) store.forgetAfter(frame.step - 1);
      store.add(frame);
      go(withSteps(scrub, withFrame(scrub.steps, frame.step, every)));
    },
    setSteps: (next) => go(withSteps(scrub, next)),
    correct: ({ from, stride }, frames) => go(withSteps(scrub, correctIndex(scrub.steps, from, stride, frames))),
    dispose: () => clearInterval(timer),
  };
}
