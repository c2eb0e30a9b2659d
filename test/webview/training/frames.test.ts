import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/training/frames/frames';
import { framesPerChunk, planChunk, planWhole } from '../../../webview-ui/training/logic/chunks';
import { createFrameCache } from '../../../webview-ui/training/logic/frameCache';
import { correctIndex, placeNear, withFrame } from '../../../webview-ui/training/logic/frameIndex';

function frame(step: number, bytes = 10): Frame {
  return {
    step,
    images: [
      {
        predicted: 0,
        probability: 1,
        loss: 0,
        gradientXInput: new Uint8Array(bytes / 2),
        gradientXInputScale: 1,
        lossGradient: new Int8Array(bytes / 2),
        lossGradientScale: 1,
      },
    ],
  };
}

const range = (count: number, spacing = 1): number[] => Array.from({ length: count }, (_, index) => index * spacing);

describe('the cache of frames', () => {
  it('drops the least recently used ones beyond its bytes', () => {
    const cache = createFrameCache(30);
    for (const step of [1, 2, 3]) cache.add(frame(step));
    cache.get(1);
    cache.add(frame(4));
    expect([1, 2, 3, 4].map((step) => cache.has(step))).toEqual([true, false, true, true]);
    expect(cache.bytes()).toBe(30);
  });

  it('counts a replaced frame once and keeps one that is too large alone', () => {
    const cache = createFrameCache(30);
    cache.add(frame(1));
    cache.add(frame(1));
    expect(cache.bytes()).toBe(10);
    cache.add(frame(2, 100));
    expect([cache.has(1), cache.has(2), cache.bytes()]).toEqual([false, true, 100]);
  });

  it('forgets what comes anew', () => {
    const cache = createFrameCache(100);
    for (const step of [1, 2, 3]) cache.add(frame(step));
    cache.forgetAfter(1);
    expect([cache.has(1), cache.has(2), cache.bytes()]).toEqual([true, false, 10]);
  });
});

describe('the index of frames', () => {
  it('assumes the frames between two live ones', () => {
    expect(withFrame([], 0, 5)).toEqual([0]);
    expect(withFrame([0], 20, 5)).toEqual([0, 5, 10, 15, 20]);
    expect(withFrame([0, 10, 20], 40, 5)).toEqual([0, 10, 20, 30, 40]);
    expect(withFrame([0, 5], 12, 5)).toEqual([0, 5, 10, 12]);
  });

  it('goes back with a continued run', () => {
    expect(withFrame([0, 5, 10, 15], 5, 5)).toEqual([0, 5]);
  });

  it('is not led to endless lists', () => {
    expect(withFrame([0, 1], 1e15, 1)).toEqual([0, 1, 1e15]);
  });

  it('learns the spacing that the host keeps after it has thinned the frames', () => {
    const assumed = range(9);
    expect(correctIndex(assumed, 2, 1, [frame(2), frame(3)])).toBe(assumed);
    expect(correctIndex(assumed, 1, 1, [frame(2), frame(4)])).toEqual([0, 2, 4, 6, 8]);
    expect(correctIndex(assumed, 2, 1, [frame(8)])).toEqual([0, 4, 8]);
    expect(correctIndex(assumed, 0, 1, [])).toBe(assumed);
  });

  it('finds the place nearest to a step', () => {
    const steps = [0, 1, 2, 4, 8, 16];
    for (let step = -2; step < 20; step++) {
      const nearest = Math.min(...steps.map((known) => Math.abs(known - step)));
      expect(Math.abs(steps[placeNear(steps, step)]! - step)).toBe(nearest);
    }
    expect(placeNear([], 3)).toBe(-1);
  });
});

describe('chunks of frames', () => {
  it('are bounded by bytes and by what the host allows', () => {
    expect(framesPerChunk(2 * 28 * 28)).toBe(64);
    expect(framesPerChunk(64 * 2 * 128 * 128)).toBe(4);
    expect(framesPerChunk(1e12)).toBe(1);
  });

  it('start at the first frame that is missing ahead', () => {
    const steps = range(100);
    expect(planChunk(steps, () => false, 10, 1, 8)).toEqual({ from: 10, to: 18, stride: 1 });
    expect(planChunk(steps, (step) => step < 12, 10, 1, 8)).toEqual({ from: 12, to: 20, stride: 1 });
    expect(planChunk(steps, () => false, 10, 4, 8)).toEqual({ from: 10, to: 42, stride: 4 });
    expect(planChunk(steps, () => false, 98, 4, 8)).toEqual({ from: 98, to: 100, stride: 4 });
    expect(planChunk(steps, () => true, 10, 1, 8)).toBeUndefined();
    expect(planChunk([], () => false, 0, 1, 8)).toBeUndefined();
  });

  it('cover a whole run evenly, no frame twice', () => {
    for (const [count, most] of [
      [1001, 400],
      [400, 400],
      [7, 400],
      [1, 1],
    ] as const) {
      const places = planWhole(count, most, 64).flatMap(({ from, to, stride }) => {
        const chunk: number[] = [];
        for (let place = from; place < to; place += stride) chunk.push(place);
        expect(chunk.length).toBeLessThanOrEqual(64);
        return chunk;
      });
      const stride = Math.ceil(count / most);
      expect(places).toEqual(range(Math.ceil(count / stride), stride));
      expect(places.length).toBeLessThanOrEqual(most);
    }
  });
});
