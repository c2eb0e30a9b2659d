import { describe, expect, it } from 'vitest';
import type { Picture, RawMap } from '../../../src/core/image/pixels';
import type { WatchedMaps } from '../../../src/training/run/contents';
import type { FrameImage } from '../../../src/training/frames/frames';
import { drawFrame, frameMap, pictureColors } from '../../../webview-ui/training/logic/frameMap';
import { integratedFormula, integratedMap } from '../../../webview-ui/training/logic/integratedView';

const image: FrameImage = {
  predicted: 0,
  probability: 1,
  loss: 0,
  gradientXInput: Uint8Array.of(0, 255, 128, 1),
  gradientXInputScale: 0.5,
  lossGradient: Int8Array.of(-127, 127, 0, 1),
  lossGradientScale: 2,
};
const size = { height: 2, width: 2 };
const black = pictureColors({ data: new Uint8Array(16), height: 4, width: 4, channels: 1 });
const look = { map: 'gradient-x-input', colorMap: 'gray', opacity: 1, overPicture: true } as const;

describe('maps of frames', () => {
  it('are byte times scale, with the sign of the loss gradient', () => {
    expect([...frameMap(image, 'gradient-x-input', size).data]).toEqual([0, 127.5, 64, 0.5]);
    expect([...frameMap(image, 'loss-gradient', size).data]).toEqual([-254, 254, 0, 2]);
  });

  it('lie over a larger picture pixel by pixel block', () => {
    const { rgba, width, height } = drawFrame(black, image, size, look);
    expect([width, height]).toEqual([4, 4]);
    const red = (x: number, y: number): number => rgba[4 * (4 * y + x)]!;
    for (const [x, y] of [
      [2, 0],
      [3, 0],
      [2, 1],
      [3, 1],
    ] as const)
      expect(red(x, y)).toBe(255);
    for (const [x, y] of [
      [0, 0],
      [1, 1],
    ] as const)
      expect(red(x, y)).toBe(0);
  });

  it('are drawn alone at their own size', () => {
    expect(drawFrame(black, image, size, { ...look, overPicture: false })).toMatchObject({ width: 2, height: 2 });
  });
});

const map = (...data: number[]): RawMap => ({ data: Float32Array.from(data), height: 1, width: 2, channels: 1 });
const maps: WatchedMaps = {
  image: 0,
  integrated: map(-4, 8),
  integratedAbsolute: map(12, 16),
  count: 4,
  last: map(1, 1),
  lossCurve: new Float32Array(4),
  rankCorrelation: new Float32Array(4),
};
const picture: Picture = { data: Uint8Array.of(255, 51), height: 1, width: 2, channels: 1 };

describe('the training-integrated map', () => {
  const shown = (total: 'sum' | 'mean', values: 'signed' | 'absolute', product: 'raw' | 'times-input') =>
    [...integratedMap(maps, picture, { total, values, product })!.data].map((value) => Number(value.toFixed(5)));

  it('is what its steps say', () => {
    expect(shown('sum', 'signed', 'raw')).toEqual([-4, 8]);
    expect(shown('mean', 'signed', 'raw')).toEqual([-1, 2]);
    expect(shown('sum', 'absolute', 'raw')).toEqual([12, 16]);
    expect(shown('mean', 'absolute', 'times-input')).toEqual([3, 0.8]);
    expect(shown('sum', 'signed', 'times-input')).toEqual([-4, 1.6]);
  });

  it('has no product with a picture of another shape', () => {
    const view = { total: 'sum', values: 'signed', product: 'times-input' } as const;
    expect(integratedMap(maps, { ...picture, width: 1 }, view)).toBeUndefined();
    expect(integratedFormula(view)).toBe('(Σₙ ∂J(O(a; θₙ), y)/∂a) ∘ a');
  });
});
