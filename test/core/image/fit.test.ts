import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPicture } from '../../../src/core/image/fit';
import type { Picture } from '../../../src/core/image/pixels';
import type { Interpolation, ResizeMode } from '../../../src/core/model/modelInfo';
import { noise, readJson } from '../../formats/pictures/shared';

interface ResampleCase {
  mode: ResizeMode;
  interpolation: Interpolation;
  width: number;
  height: number;
  source: number[];
  toWidth: number;
  toHeight: number;
  expected: number[];
}

const golden = readJson('../../golden/resample.json') as {
  cases: ResampleCase[];
  grey: { source: number[]; expected: number[] };
};

const greyPicture = (width: number, values: readonly number[]): Picture => ({
  data: Uint8Array.from(values),
  width,
  height: values.length / width,
  channels: 1,
});

function fit(picture: Picture, width: number, height: number, resize: ResizeMode, interpolation: Interpolation) {
  return fitPicture(picture, { width, height, channels: picture.channels, resize, interpolation });
}

const bytesOf = (data: Float32Array) => Array.from(data, (value) => value * 255);

function expectClose(actual: readonly number[], expected: readonly number[], within = 1e-4) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]!), `element ${i}`).toBeLessThan(within));
}

describe('resampling', () => {
  it.each(golden.cases)(
    '$interpolation, $mode, $width × $height to $toWidth × $toHeight is what Pillow computes',
    ({ mode, interpolation, width, source, toWidth, toHeight, expected }) => {
      const { image } = fit(greyPicture(width, source), toWidth, toHeight, mode, interpolation);
      expectClose(bytesOf(image.data), expected);
    },
  );

  it('bilinear, by hand', () => {
    // Enlarged 2 → 4: centres at 0.25, 0.75, 1.25, 1.75; between pixel centres 0.5 and 1.5.
    expectClose(bytesOf(fit(greyPicture(2, [0, 100]), 4, 1, 'stretch', 'bilinear').image.data), [0, 25, 75, 100]);
    // Shrunk 4 → 2: triangle of half width 2 around 1: weights 3, 3, 1 of 7 on pixels 0, 1, 2.
    const [a, b, c, d] = [10, 80, 200, 40] as const;
    expectClose(bytesOf(fit(greyPicture(4, [a, b, c, d]), 2, 1, 'stretch', 'bilinear').image.data), [
      (3 * a + 3 * b + c) / 7,
      (b + 3 * c + 3 * d) / 7,
    ]);
  });

  it('area, by hand, also where pixels are split', () => {
    expectClose(bytesOf(fit(greyPicture(3, [30, 60, 90]), 2, 1, 'stretch', 'area').image.data), [40, 80]);
    expectClose(bytesOf(fit(greyPicture(2, [0, 90]), 3, 1, 'stretch', 'area').image.data), [0, 45, 90]);
    expectClose(bytesOf(fit(greyPicture(2, [1, 2, 3, 4]), 1, 1, 'stretch', 'area').image.data), [2.5]);
  });

  it('treats each channel and each axis alike', () => {
    const data = noise(9 * 7 * 3, 5);
    const colour = fit({ data, width: 9, height: 7, channels: 3 }, 4, 5, 'stretch', 'bilinear').image.data;
    for (let channel = 0; channel < 3; channel++) {
      const plane = data.filter((_, i) => i % 3 === channel);
      const alone = fit(greyPicture(9, [...plane]), 4, 5, 'stretch', 'bilinear').image.data;
      expectClose([...colour.filter((_, i) => i % 3 === channel)], [...alone], 1e-6);
      const turned = Array.from({ length: 63 }, (_, i) => plane[(i % 7) * 9 + Math.floor(i / 7)]!);
      const back = fit(greyPicture(7, turned), 5, 4, 'stretch', 'bilinear').image.data;
      expectClose(
        Array.from(alone, (_, i) => back[(i % 4) * 5 + Math.floor(i / 4)]!),
        [...alone],
        1e-6,
      );
    }
  });

  it('leaves every value as v / 255 when the size is already right', () => {
    const data = noise(6 * 5 * 3, 6);
    for (const mode of ['stretch', 'center-crop', 'pad'] as const)
      for (const interpolation of ['bilinear', 'nearest', 'area'] as const) {
        const { image, mapping } = fit({ data, width: 6, height: 5, channels: 3 }, 6, 5, mode, interpolation);
        expect([...image.data]).toEqual([...data].map((value) => Math.fround(value / 255)));
        expect(mapping).toEqual({ x: 0, y: 0, scaleX: 1, scaleY: 1 });
      }
  });

  it('stays within [0, 1] and keeps a plain picture plain', () => {
    for (const value of [0, 77, 255])
      for (const interpolation of ['bilinear', 'nearest', 'area'] as const)
        for (const [width, height] of [
          [97, 61],
          [13, 200],
        ] as const) {
          const data = new Uint8Array(width * height).fill(value);
          const { image } = fit({ data, width, height, channels: 1 }, 28, 31, 'stretch', interpolation);
          expect(new Set(image.data)).toEqual(new Set([Math.fround(value / 255)]));
        }
  });

  it('takes pictures of extreme proportions', () => {
    const data = new Uint8Array(3_000_000).fill(255);
    for (const [width, height] of [
      [3_000_000, 1],
      [1, 3_000_000],
    ] as const)
      for (const mode of ['stretch', 'center-crop', 'pad'] as const) {
        const { image } = fit({ data, width, height, channels: 1 }, 8, 8, mode, 'bilinear');
        const white = image.data.filter((value) => value === 1).length;
        expect(white, mode).toBe(mode === 'pad' ? 8 : 64);
      }
  });
});

describe('channels', () => {
  it('become grey as Pillow makes them', () => {
    const { source, expected } = golden.grey;
    const picture: Picture = { data: Uint8Array.from(source), width: expected.length, height: 1, channels: 3 };
    const input = {
      width: expected.length,
      height: 1,
      channels: 1,
      resize: 'stretch',
      interpolation: 'bilinear',
    } as const;
    expect(bytesOf(fitPicture(picture, input).image.data).map(Math.round)).toEqual(expected);
  });

  it('are repeated for a colour model', () => {
    const input = { width: 2, height: 1, channels: 3, resize: 'stretch', interpolation: 'nearest' } as const;
    expectClose(bytesOf(fitPicture(greyPicture(2, [10, 20]), input).image.data), [10, 10, 10, 20, 20, 20]);
  });
});

describe('the mapping to the picture', () => {
  const size = fc.integer({ min: 1, max: 40 });
  const mode = fc.constantFrom<ResizeMode>('stretch', 'center-crop', 'pad');

  it('leads from each model pixel to the picture pixel it was taken from', () => {
    fc.assert(
      fc.property(size, size, size, size, mode, (width, height, toWidth, toHeight, resize) => {
        // Every picture pixel has its own colour, so where a value came from can be read from it.
        const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
          const pixel = Math.floor(i / 3);
          return i % 3 === 0 ? pixel % width : i % 3 === 1 ? Math.floor(pixel / width) : 200;
        });
        const { image, mapping } = fit({ data, width, height, channels: 3 }, toWidth, toHeight, resize, 'nearest');
        let outside = 0;
        for (let row = 0; row < toHeight; row++)
          for (let column = 0; column < toWidth; column++) {
            const [x, y, mark] = [...image.data.subarray(3 * (row * toWidth + column)).subarray(0, 3)].map((value) =>
              Math.round(value * 255),
            );
            const px = mapping.x + mapping.scaleX * (column + 0.5);
            const py = mapping.y + mapping.scaleY * (row + 0.5);
            const inside = px > 0 && px < width && py > 0 && py < height;
            expect(mark === 200).toBe(inside);
            if (!inside) {
              outside++;
              expect([x, y, mark]).toEqual([0, 0, 0]);
              continue;
            }
            expect(Math.abs(px - (x! + 0.5))).toBeLessThanOrEqual(0.5 + 1e-9);
            expect(Math.abs(py - (y! + 0.5))).toBeLessThanOrEqual(0.5 + 1e-9);
          }
        if (resize !== 'pad') expect(outside).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('places a smooth ramp where it was, for every interpolation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 8, max: 90 }),
        fc.integer({ min: 8, max: 90 }),
        mode,
        fc.constantFrom<Interpolation>('bilinear', 'area'),
        (width, height, toWidth, toHeight, resize, interpolation) => {
          // Value 2·x at pixel x: a linear ramp is kept by every normalised symmetric filter away from the borders.
          const data = Uint8Array.from({ length: width * height }, (_, i) => 2 * (i % width));
          const { image, mapping } = fit(
            { data, width, height, channels: 1 },
            toWidth,
            toHeight,
            resize,
            interpolation,
          );
          const row = Math.floor(toHeight / 2);
          const reach = Math.max(1, mapping.scaleX) + 0.5;
          for (let column = 0; column < toWidth; column++) {
            const px = mapping.x + mapping.scaleX * (column + 0.5);
            if (px < reach || px > width - reach) continue;
            const value = (image.data[row * toWidth + column]! * 255) / 2 + 0.5;
            // The triangle is sampled at pixel centres, so its mean may lie a fraction of a pixel off.
            expect(Math.abs(value - px)).toBeLessThan(interpolation === 'area' ? 0.51 : 0.26);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('covers the picture (stretch), its middle (center-crop), or more than it (pad)', () => {
    const picture: Picture = { data: new Uint8Array(40 * 20), width: 40, height: 20, channels: 1 };
    expect(fit(picture, 10, 10, 'stretch', 'bilinear').mapping).toEqual({ x: 0, y: 0, scaleX: 4, scaleY: 2 });
    expect(fit(picture, 10, 10, 'center-crop', 'bilinear').mapping).toEqual({ x: 10, y: 0, scaleX: 2, scaleY: 2 });
    const padded = fit(picture, 10, 10, 'pad', 'bilinear').mapping;
    // 40 × 20 becomes 10 × 5, and 2.5 rows of margin round to 2.
    expect(padded).toEqual({ x: 0, y: -8, scaleX: 4, scaleY: 4 });
  });
});
