import { describe, expect, it } from 'vitest';
import {
  endLive,
  follow,
  moveTo,
  pause,
  play,
  startScrub,
  tick,
  withSteps,
} from '../../../webview-ui/training/logic/scrub';

const steps = [0, 10, 20, 30];

describe('scrubbing', () => {
  it('follows a live run until the user looks back, and again at the right end', () => {
    let scrub = startScrub(steps, true);
    expect(scrub).toMatchObject({ place: 3, follows: true });
    scrub = withSteps(scrub, [...steps, 40]);
    expect(scrub.place).toBe(4);
    scrub = moveTo(scrub, 1, true);
    scrub = withSteps(scrub, [...steps, 40, 50]);
    expect(scrub).toMatchObject({ place: 1, follows: false });
    scrub = moveTo(scrub, 99, true);
    expect(scrub).toMatchObject({ place: 5, follows: true });
  });

  it('does not follow a run that is over', () => {
    expect(startScrub(steps, false).follows).toBe(false);
    expect(moveTo(startScrub(steps, false), 3, false).follows).toBe(false);
    expect(endLive(follow(startScrub(steps, true))).follows).toBe(false);
  });

  it('stays at the same minibatch when frames are thinned', () => {
    const scrub = moveTo(startScrub(steps, true), 2, true);
    expect(withSteps(scrub, [0, 20, 40]).place).toBe(1);
  });

  it('plays to the end and stops there', () => {
    let scrub = play(moveTo(startScrub(steps, false), 1, false));
    expect(scrub).toMatchObject({ place: 1, plays: true });
    scrub = tick(scrub, 1, false);
    expect(scrub).toMatchObject({ place: 2, plays: true });
    scrub = tick(scrub, 8, false);
    expect(scrub).toMatchObject({ place: 3, plays: false, follows: false });
    expect(tick(scrub, 1, false)).toBe(scrub);
  });

  it('plays from the start if the end is shown, and follows a live run after it', () => {
    expect(play(startScrub(steps, false)).place).toBe(0);
    expect(tick(play(startScrub(steps, true)), 100, true)).toMatchObject({ follows: true, plays: false });
  });

  it('pauses by itself when the user moves', () => {
    expect(moveTo(play(startScrub(steps, false)), 2, false).plays).toBe(false);
    expect(pause(play(startScrub(steps, false))).plays).toBe(false);
  });

  it('has nothing to play without frames', () => {
    expect(play(startScrub([], true)).plays).toBe(false);
    expect(moveTo(startScrub([], true), 5, true).place).toBe(0);
  });
});
