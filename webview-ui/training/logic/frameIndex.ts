import type { Frame } from '../../../src/training/frames/frames';

/**
 * The steps at which there are frames. While a run is live the page hears of the newest frame only, and the host thins the frames
 * when they fill their room; what the page assumes of those between is corrected by what it fetches.
 */
export type FrameIndex = readonly number[];

/** A larger gap is no run's. */
const MOST_ASSUMED = 1_000_000;

/** Steps between two frames. */
function spacingOf(steps: FrameIndex, every: number): number {
  const [before, last] = steps.slice(-2);
  return before === undefined || last === undefined ? every : last - before;
}

/** The index after a live frame at `step`, in a run that watches every `every`-th minibatch. */
export function withFrame(steps: FrameIndex, step: number, every: number): FrameIndex {
  const last = steps.at(-1);
  if (last === step) return steps;
  if (last !== undefined && step < last) return [...steps.filter((known) => known < step), step];
  const next = [...steps];
  const spacing = steps.length < 2 ? every : spacingOf(steps, every);
  const start = last === undefined ? 0 : last + spacing;
  if ((step - start) / spacing < MOST_ASSUMED) for (let known = start; known < step; known += spacing) next.push(known);
  next.push(step);
  return next;
}

/**
 * The index after the frames at the places `from`, `from + stride`, … came; the same one if they are as assumed. Frames at other
 * steps tell the spacing that the host really keeps.
 */
export function correctIndex(steps: FrameIndex, from: number, stride: number, frames: readonly Frame[]): FrameIndex {
  if (frames.every((frame, index) => steps[from + index * stride] === frame.step)) return steps;
  const [first, second] = frames;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return steps;
  const spacing = second === undefined ? first.step / Math.max(1, from) : (second.step - first.step) / stride;
  if (!Number.isSafeInteger(spacing) || spacing < 1) return steps;
  const corrected = Array.from({ length: Math.floor(last / spacing) + 1 }, (_, place) => place * spacing);
  if (corrected.at(-1) !== last) corrected.push(last);
  return corrected;
}

/** The place whose step is nearest to `step`; −1 where there are no frames. */
export function placeNear(steps: FrameIndex, step: number): number {
  let low = 0;
  let high = steps.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low > 0 && step - steps[low - 1]! < steps[low]! - step ? low - 1 : low;
}
