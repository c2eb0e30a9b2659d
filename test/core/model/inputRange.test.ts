import { describe, expect, it } from 'vitest';
import { rangeQuantised, rangeTaken } from '../../../src/core/model/inputRange';

const taken = (scale: number | readonly number[], shift: number | readonly number[], isLearned = false): unknown =>
  rangeTaken({ scale: [scale].flat(), shift: [shift].flat() }, isLearned);

describe('the values that a network takes', () => {
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  const perChannel = (compute: (mean: number, std: number) => number): readonly number[] =>
    mean.map((each, channel) => compute(each, std[channel]!));

  it.each([
    ['a 255th', 1 / 255, 0],
    ['a 256th', 1 / 256, 0],
    ['a 127.5th less 1', 1 / 127.5, -1],
    ['less the mean of bytes', 1, [-103.939, -116.779, -123.68]],
    ["ImageNet's statistics of bytes", perChannel((_, s) => 1 / (255 * s)), perChannel((m, s) => -m / s)],
    ['less 128, a 128th', 1 / 128, -1],
    ['statistics of bytes that are much alike', [1 / 50, 1 / 20], [-150 / 50, -195 / 20]],
  ] as const)('bytes: %s', (_, scale, shift) => expect(taken(scale, shift)).toBe('byte'));

  it.each([
    ['twice less 1', 2, -1],
    ["ImageNet's statistics", perChannel((_, s) => 1 / s), perChannel((m, s) => -m / s)],
    ['times 255', 255, 0],
    ['less a half', 1, -0.5],
    ["Fashion-MNIST's statistics", 1 / 0.353, -0.286 / 0.353],
    ['statistics of pictures that are much alike', 1 / 0.06, -0.7 / 0.06],
  ] as const)('0 to 1: %s', (_, scale, shift) => expect(taken(scale, shift)).toBe('unit'));

  it('−1 to 1, where half of it and a half come out as 0 to 1', () => expect(taken(0.5, 0.5)).toBe('signed'));

  it("ImageNet's statistics, where they are turned into −1 to 1", () => {
    expect(taken([0.458, 0.448, 0.45], [-0.03, -0.088, -0.188])).toBe('torchvision');
  });

  it.each([
    ['next to nothing', 1.05, 0.05],
    ['to nothing', 0, 1],
    ['to what is no number', NaN, 0],
    ['to half', 0.01, 40],
    ['to many deviations about zero', 12, 0],
    ['by a number added, which bytes would not notice', 1, 1],
    ['by less than a range', 1, 0.3],
    ['to half its size about zero', 0.5, 0],
    ['to two thirds of it', 1 / 1.5, 0],
    ['to hundreds of deviations', 1 / 0.002, -0.5 / 0.002],
  ] as const)('is not told by a change %s', (_, scale, shift) => expect(taken(scale, shift)).toBeUndefined());

  it('learned statistics tell bytes and 0 to 1, but not what had a mean of zero', () => {
    expect(taken(1 / 60, -2, true)).toBe('byte');
    expect(taken(1 / 0.3, -0.13 / 0.3, true)).toBe('unit');
    expect(taken([1 / 40, 1 / 25], [-3, -7], true)).toBe('byte');
    expect(taken(2, 0, true)).toBeUndefined();
    expect(taken(0.97, -0.03, true)).toBeUndefined();
  });

  it('is the range of a quantised input, if that is a usual one', () => {
    expect(rangeQuantised([0, 1])).toBe('unit');
    expect(rangeQuantised([-1, 0.992])).toBe('signed');
    expect(rangeQuantised([0, 255])).toBe('byte');
    expect(rangeQuantised([-2.12, 2.64])).toBeUndefined();
  });
});
