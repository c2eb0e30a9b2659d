import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augment } from '../../../src/training/data/augment';
import { noise } from '../../formats/pictures/shared';

const SIZE = { height: 6, width: 8, channels: 3 };
const LENGTH = 6 * 8 * 3;
const OFF = { flip: false, shift: 0, crop: 0 };

const batch = (count: number) => Float32Array.from(noise(count * LENGTH, 7), (value) => value / 255);

function augmented(pixels: Float32Array, count: number, change: Partial<typeof OFF>, seed: number): Float32Array {
  const result = pixels.slice();
  augment(result, count, SIZE, { ...OFF, ...change }, seed);
  return result;
}

/** Image `index` of a batch, moved and mirrored pixel by pixel. */
function moved(pixels: Float32Array, index: number, down: number, right: number, mirrored: boolean): number[] {
  const { height, width, channels } = SIZE;
  const clamp = (value: number, length: number) => Math.min(length - 1, Math.max(0, value));
  return Array.from({ length: LENGTH }, (_, at) => {
    const x = Math.floor(at / channels) % width;
    const row = clamp(Math.floor(at / channels / width) - down, height);
    const column = clamp((mirrored ? width - 1 - x : x) - right, width);
    return pixels[index * LENGTH + (row * width + column) * channels + (at % channels)]!;
  });
}

describe('augment', () => {
  it('changes nothing when all is off', () => {
    expect(augmented(batch(2), 2, {}, 1)).toEqual(batch(2));
  });

  it('mirrors about half of the images and leaves the others alone', () => {
    const pixels = batch(200);
    const result = augmented(pixels, 200, { flip: true }, 3);
    let mirrored = 0;
    for (let i = 0; i < 200; i++) {
      const image = [...result.subarray(i * LENGTH, (i + 1) * LENGTH)];
      const same = [...pixels.subarray(i * LENGTH, (i + 1) * LENGTH)];
      if (image.join() !== same.join()) {
        expect(image).toEqual(moved(pixels, i, 0, 0, true));
        mirrored++;
      }
    }
    expect(mirrored).toBeGreaterThan(70);
    expect(mirrored).toBeLessThan(130);
  });

  it('moves by whole pixels up to the share, all of them drawn, with edges repeated', () => {
    const pixels = batch(300);
    const result = augmented(pixels, 300, { shift: 0.25 }, 5);
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const image = result.subarray(i * LENGTH, (i + 1) * LENGTH).join();
      for (const down of [-1, 0, 1])
        for (const right of [-2, -1, 0, 1, 2])
          if (moved(pixels, i, down, right, false).join() === image) seen.add(`${down} ${right}`);
    }
    expect(seen.size).toBe(15);
  });

  it('scales a cut of a slope to a gentler slope, half-pixel centres, square in shares of the sides', () => {
    const { height, width, channels } = SIZE;
    const slope = (axis: 'x' | 'y') =>
      Float32Array.from({ length: LENGTH }, (_, at) => {
        const pixel = Math.floor(at / channels);
        return axis === 'x' ? (pixel % width) / width : Math.floor(pixel / width) / height;
      });
    for (const seed of [1, 2, 3, 4]) {
      const across = augmented(slope('x'), 1, { crop: 0.5 }, seed);
      const down = augmented(slope('y'), 1, { crop: 0.5 }, seed);
      const stepX = (across[4 * channels]! - across[3 * channels]!) * width;
      const stepY = (down[3 * width * channels]! - down[2 * width * channels]!) * height;
      expect(stepX).toBeCloseTo(stepY, 5);
      expect(stepX).toBeGreaterThanOrEqual(0.5);
      expect(stepX).toBeLessThanOrEqual(1);
      // The middle of a cut that lies inside is at left + scale · width / 2.
      const middle = (across[3 * channels]! + across[4 * channels]!) / 2;
      expect(middle + 0.5 / width).toBeGreaterThanOrEqual(stepX / 2 - 1e-6);
      expect(middle + 0.5 / width).toBeLessThanOrEqual(1 - stepX / 2 + 1e-6);
    }
  });

  it('is a function of the seed, and of no other change that is on', () => {
    const pixels = batch(20);
    const change = { flip: true, shift: 0.3, crop: 0.4 };
    expect(augmented(pixels, 20, change, 9)).toEqual(augmented(pixels, 20, change, 9));
    expect(augmented(pixels, 20, change, 10)).not.toEqual(augmented(pixels, 20, change, 9));
    const flipped = (extra: object) => {
      const images = augmented(pixels, 20, { flip: true, ...extra }, 9);
      const plain = augmented(pixels, 20, extra, 9);
      return Array.from({ length: 20 }, (_, i) => images[i * LENGTH] !== plain[i * LENGTH]);
    };
    expect(flipped({ shift: 0.2 })).toEqual(flipped({}));
  });

  it('leaves images after the first `count` alone', () => {
    const pixels = batch(3);
    expect(augmented(pixels, 2, { shift: 0.5, crop: 0.5 }, 1).subarray(2 * LENGTH)).toEqual(
      pixels.subarray(2 * LENGTH),
    );
  });

  it('stays within the values of the picture', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const pixels = Float32Array.from({ length: LENGTH }, (_, i) => (i % 2 === 0 ? 0.1 : 0.7));
        const result = augmented(pixels, 1, { flip: true, shift: share, crop: share }, seed);
        const [low, high] = [Math.fround(0.1), Math.fround(0.7)];
        expect(result.every((value) => value >= low && value <= high)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
