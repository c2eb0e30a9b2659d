import { describe, expect, it } from 'vitest';
import type { RawMap } from '../../../src/core/image/pixels';
import { colorMapOf } from '../../../src/core/render/colorMap';
import { defaultView } from '../../../src/core/render/defaultView';
import type { RgbaImage } from '../../../src/core/render/map';
import { renderOverlay, scaleMapping } from '../../../src/core/render/overlay';
import type { MapView } from '../../../src/core/render/view';

const view: MapView = { ...defaultView('diverging'), clipPercent: 0, opacity: 1 };

function picture(width: number, height: number, level = 100): RgbaImage {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(level);
  for (let offset = 3; offset < rgba.length; offset += 4) rgba[offset] = 255;
  return { rgba, width, height };
}

/** A map that is 0 but for one pixel. */
function hotMap(width: number, height: number, column: number, row: number): RawMap {
  const data = new Float32Array(width * height);
  data[row * width + column] = 2;
  return { data, width, height, channels: 1 };
}

/** "x,y" of the pixels that have the colour. */
function pixelsOf({ rgba, width }: RgbaImage, color: readonly number[]): string[] {
  return Array.from({ length: rgba.length / 4 }, (_, pixel) => pixel)
    .filter((pixel) => color.every((level, channel) => rgba[4 * pixel + channel] === level))
    .map((pixel) => `${pixel % width},${Math.floor(pixel / width)}`);
}

const HOT = [...colorMapOf('diverging').subarray(-3)];
const UNTOUCHED = [100, 100, 100];
const DIMMED = [40, 40, 40];

const block = (x0: number, x1: number, y0: number, y1: number) => {
  const pixels: string[] = [];
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) pixels.push(`${x},${y}`);
  return pixels;
};

describe('a single hot model pixel lies exactly on the picture pixels it came from', () => {
  it('stretch: 12 × 6 picture, 4 × 3 model', () => {
    const overlay = renderOverlay(picture(12, 6), hotMap(4, 3, 2, 1), { x: 0, y: 0, scaleX: 3, scaleY: 2 }, view);
    expect(pixelsOf(overlay, HOT)).toEqual(block(6, 9, 2, 4));
    expect(pixelsOf(overlay, UNTOUCHED)).toHaveLength(72 - 6);
  });

  it('center-crop: 20 × 8 picture, the middle 8 × 8 seen as 4 × 4; what is cropped away is dimmed', () => {
    const overlay = renderOverlay(picture(20, 8), hotMap(4, 4, 0, 3), { x: 6, y: 0, scaleX: 2, scaleY: 2 }, view);
    expect(pixelsOf(overlay, HOT)).toEqual(block(6, 8, 6, 8));
    expect(pixelsOf(overlay, DIMMED).sort()).toEqual([...block(0, 6, 0, 8), ...block(14, 20, 0, 8)].sort());
    expect(pixelsOf(overlay, UNTOUCHED)).toHaveLength(64 - 4);
  });

  it('pad: 8 × 4 picture in the middle of 4 × 4 model pixels of 2', () => {
    const mapping = { x: 0, y: -2, scaleX: 2, scaleY: 2 };
    const inside = renderOverlay(picture(8, 4), hotMap(4, 4, 3, 1), mapping, view);
    expect(pixelsOf(inside, HOT)).toEqual(block(6, 8, 0, 2));
    const padding = renderOverlay(picture(8, 4), hotMap(4, 4, 3, 0), mapping, view);
    expect(pixelsOf(padding, UNTOUCHED)).toHaveLength(32);
  });

  it('reduction: each of 3 × 2 picture pixels lies in the model pixel that holds its centre', () => {
    // 5 model columns on 3 picture columns: centres at 0.83, 2.5 and 4.17 model pixels.
    const mapping = { x: 0, y: 0, scaleX: 3 / 5, scaleY: 1 };
    const columns = [0, 1, 2, 3, 4].map((column) =>
      pixelsOf(renderOverlay(picture(3, 2), hotMap(5, 2, column, 0), mapping, view), HOT),
    );
    expect(columns).toEqual([['0,0'], [], ['1,0'], [], ['2,0']]);
  });

  it('every model pixel covers the picture once', () => {
    const [width, height] = [13, 7];
    const mapping = { x: 0, y: 0, scaleX: 13 / 5, scaleY: 7 / 4 };
    const covered: string[] = [];
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 5; column++)
        covered.push(...pixelsOf(renderOverlay(picture(width, height), hotMap(5, 4, column, row), mapping, view), HOT));
    expect(covered.sort()).toEqual(block(0, width, 0, height).sort());
  });

  it('on a preview of another size, with the mapping scaled along', () => {
    const scaled = scaleMapping(
      { x: 60, y: -30, scaleX: 20, scaleY: 10 },
      { width: 200, height: 80 },
      { width: 20, height: 40 },
    );
    expect(scaled).toEqual({ x: 6, y: -15, scaleX: 2, scaleY: 5 });
  });
});

describe('blending', () => {
  const mapping = { x: 0, y: 0, scaleX: 1, scaleY: 1 };
  const map = (...values: number[]): RawMap => ({
    data: Float32Array.from(values),
    width: values.length,
    height: 1,
    channels: 1,
  });

  it('opacity and magnitude weigh the colour against the picture', () => {
    const gray = { ...view, colorMap: 'gray' } as const;
    // Colours 255 and 128 at magnitudes 1 and ½ of the limit; 100 + 0.5·155 and 100 + 0.25·28.
    const { rgba } = renderOverlay(picture(3, 1), map(2, 1, 0), mapping, { ...gray, opacity: 0.5 });
    expect([rgba[0], rgba[4], rgba[8]]).toEqual([178, 107, 100]);
    const invisible = renderOverlay(picture(3, 1), map(2, 1, 0), mapping, { ...gray, opacity: 0 });
    expect(invisible.rgba).toEqual(picture(3, 1).rgba);
  });

  it.each([
    ['zero', map(0, 0, 0)],
    ['constant', map(4, 4, 4)],
    ['not a number', map(NaN, NaN, NaN)],
  ])('a map that is %s leaves the picture', (_state, flat) => {
    expect(renderOverlay(picture(3, 1), flat, mapping, view).rgba).toEqual(picture(3, 1).rgba);
  });

  it('leaves the picture that it was given alone, and its transparency', () => {
    const given = picture(3, 1);
    given.rgba[3] = 7;
    const before = new Uint8ClampedArray(given.rgba);
    const { rgba } = renderOverlay(given, map(1, 2, 3), mapping, view);
    expect(given.rgba).toEqual(before);
    expect([rgba[3], rgba[7]]).toEqual([7, 255]);
  });

  it('a degenerate mapping dims instead of failing', () => {
    const { rgba } = renderOverlay(picture(3, 1), map(1, 2, 3), { x: 0, y: 0, scaleX: 0, scaleY: NaN }, view);
    expect([...rgba.subarray(0, 3)]).toEqual(DIMMED);
  });
});
