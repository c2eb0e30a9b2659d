import { type FrameIndex, placeNear } from './frameIndex';

/** Which frame is shown, and what moves it. */
export interface Scrub {
  readonly steps: FrameIndex;
  /** Place in `steps`; 0 where there are none yet. */
  readonly place: number;
  /** At the right end of a live run: every new frame is shown. */
  readonly follows: boolean;
  readonly plays: boolean;
}

export function startScrub(steps: FrameIndex, live: boolean): Scrub {
  return { steps, place: Math.max(0, steps.length - 1), follows: live, plays: false };
}

/** Other frames are there; what is shown stays, or is the newest. */
export function withSteps(scrub: Scrub, steps: FrameIndex): Scrub {
  if (steps === scrub.steps) return scrub;
  const shown = scrub.steps[scrub.place];
  const place = scrub.follows || shown === undefined ? steps.length - 1 : placeNear(steps, shown);
  return { ...scrub, steps, place: Math.max(0, place) };
}

/** The user went to `place`; the right end of a live run follows it. */
export function moveTo(scrub: Scrub, place: number, live: boolean): Scrub {
  const last = Math.max(0, scrub.steps.length - 1);
  const bounded = Math.min(last, Math.max(0, Math.round(place)));
  return { ...scrub, place: bounded, follows: live && bounded === last, plays: false };
}

/** Play from here, or from the start if the end is shown. */
export function play(scrub: Scrub): Scrub {
  const isAtEnd = scrub.place >= scrub.steps.length - 1;
  return { ...scrub, place: isAtEnd ? 0 : scrub.place, follows: false, plays: scrub.steps.length > 1 };
}

export function pause(scrub: Scrub): Scrub {
  return { ...scrub, plays: false };
}

/** One tick of playing; ends at the last frame, which a live run then follows. */
export function tick(scrub: Scrub, stride: number, live: boolean): Scrub {
  if (!scrub.plays) return scrub;
  const last = scrub.steps.length - 1;
  const place = Math.min(last, scrub.place + stride);
  return place < last ? { ...scrub, place } : { ...scrub, place: last, plays: false, follows: live };
}

export function follow(scrub: Scrub): Scrub {
  return { ...scrub, place: Math.max(0, scrub.steps.length - 1), follows: true, plays: false };
}

/** The run ended or was left: nothing new comes. */
export function endLive(scrub: Scrub): Scrub {
  return { ...scrub, follows: false };
}
