import { describe, expect, it } from 'vitest';
import { slidingWindows, spreadOverWindows } from '../../../../src/core/attribution/perturbation/windows';
import { valuesAt } from '../../../../src/core/method/points/ask';
import { classifierOf, imageOf, type Net, oneConvolutionNet } from '../../nets';

describe('sliding windows', () => {
  it('go row by row, the last one of each trimmed', () => {
    const windows = slidingWindows(
      { height: 3, width: 5 },
      { rows: { window: 3, stride: 3 }, columns: { window: 2, stride: 2 } },
    );
    expect(windows.map(({ top, bottom, left, right }) => [top, bottom, left, right])).toEqual([
      [0, 3, 0, 2],
      [0, 3, 2, 4],
      [0, 3, 4, 5],
    ]);
  });

  it.each([
    [28, 4, 2, 13],
    [224, 28, 14, 15],
    [10, 4, 3, 3],
    [10, 4, 4, 3],
    [3, 5, 1, 1],
  ])('length %i, window %i, stride %i: %i windows, which cover every pixel', (length, window, stride, count) => {
    const axis = { window, stride };
    const windows = slidingWindows({ height: length, width: 1 }, { rows: axis, columns: { window: 1, stride: 1 } });
    expect(windows).toHaveLength(count);
    const covered = new Set(
      windows.flatMap(({ top, bottom }) => Array.from({ length: bottom - top }, (_, i) => top + i)),
    );
    expect(covered.size).toBe(length);
    expect(Math.max(...covered)).toBe(length - 1);
  });

  it('of 2 × 3 with strides 2 and 1 on Captum’s one-convolution net of x + 1', async () => {
    const net: Net = { ...oneConvolutionNet, logits: (x) => oneConvolutionNet.logits(x.map((value) => value + 1)) };
    const image = imageOf(
      Array.from({ length: 16 }, (_, index) => index),
      4,
      4,
    );
    const mapOf = async (rows: { window: number; stride: number }, columns: { window: number; stride: number }) => {
      const windows = slidingWindows(image, { rows, columns });
      const fill = new Float32Array(16);
      const original = { kind: 'windows', image, fill: image.data, windows: [{ top: 0, bottom: 1, left: 0, right: 1 }] } as const; // prettier-ignore
      const { values } = await valuesAt({
        classifier: classifierOf(net),
        points: [original, { kind: 'windows', image, fill, windows }],
        objective: { kind: 'logit', classIndex: 0 },
        context: { seed: 0 },
      });
      const [value, ...others] = values;
      return [...spreadOverWindows(windows, others.map((other) => value! - other), image, 'mean')]; // prettier-ignore
    };
    const upper = new Array<number>(8).fill(17);
    const lower = [64, 65.5, 65.5, 67];
    expect(await mapOf({ window: 2, stride: 2 }, { window: 3, stride: 1 })).toEqual([...upper, ...lower, ...lower]);
    const whole = { window: 4, stride: 1 };
    expect(await mapOf(whole, whole)).toEqual(new Array<number>(16).fill(67));
  });
});
