import { describe, expect, it } from 'vitest';
import { renderImage } from '../../../src/core/render/image';
import { renderPerturbation } from '../../../src/core/render/perturbation';

const grey = (...values: number[]) =>
  ({ data: Float32Array.from(values), height: 1, width: values.length, channels: 1 }) as const;
const firstOf = (rgba: Uint8ClampedArray) => Array.from({ length: rgba.length / 4 }, (_, pixel) => rgba[4 * pixel]);

describe('renderPerturbation', () => {
  const delta = grey(0.2, -0.1, 0);

  it.each([
    ['true-scale', 1, [51, 26, 0]],
    ['amplified', 5, [255, 128, 0]],
    ['centred', 2.5, [255, 64, 128]],
  ] as const)('%s: N = %d', (view, amplification, levels) => {
    const rendered = renderPerturbation(delta, view);
    expect(rendered.amplification).toBeCloseTo(amplification, 5);
    expect(firstOf(rendered.rgba)).toEqual(levels);
    expect([rendered.width, rendered.height, rendered.rgba[3]]).toEqual([3, 1, 255]);
  });

  it('no perturbation is black, or grey in the middle, not amplified', () => {
    expect(renderPerturbation(grey(0, 0), 'amplified')).toMatchObject({
      amplification: 1,
      rgba: Uint8ClampedArray.of(0, 0, 0, 255, 0, 0, 0, 255),
    });
    expect(renderPerturbation(grey(0), 'centred')).toMatchObject({
      amplification: 1,
      rgba: Uint8ClampedArray.of(128, 128, 128, 255),
    });
  });

  it('keeps channels apart with one common N; what is not finite is no change', () => {
    const color = { data: Float32Array.of(0.5, -0.25, NaN), height: 1, width: 1, channels: 3 };
    expect([...renderPerturbation(color, 'amplified').rgba]).toEqual([255, 128, 0, 255]);
    expect([...renderPerturbation(color, 'centred').rgba]).toEqual([255, 64, 128, 255]);
  });

  it('a step beyond the pixel range is clamped at true scale', () => {
    expect(firstOf(renderPerturbation(grey(3, -3), 'true-scale').rgba)).toEqual([255, 255]);
  });
});

describe('renderImage', () => {
  it('rounds to 8 bits, clamps, replicates grey', () => {
    const { rgba } = renderImage(grey(0, 0.5, 1, -1, 2, 100 / 255));
    expect(firstOf(rgba)).toEqual([0, 128, 255, 0, 255, 100]);
    expect([...rgba.subarray(4, 8)]).toEqual([128, 128, 128, 255]);
  });

  it('gives 8-bit levels back exactly, colour by colour', () => {
    const levels = Array.from({ length: 255 }, (_, level) => level);
    const image = {
      data: Float32Array.from(levels, (level) => level / 255),
      height: 1,
      width: 85,
      channels: 3,
    } as const;
    const back = [...renderImage(image).rgba].filter((_, index) => index % 4 !== 3);
    expect(back).toEqual(levels);
  });
});
