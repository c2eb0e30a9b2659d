import { describe, expect, it } from 'vitest';
import type { RawMap } from '../../../src/core/image/pixels';
import { colorMapOf } from '../../../src/core/render/colorMap';
import { defaultView, exactView } from '../../../src/core/render/defaultView';
import type { RgbaImage } from '../../../src/core/render/map';
import { renderOverlay, scaleMapping } from '../../../src/core/render/overlay';
import type { MapView } from '../../../src/core/render/view';

const view: MapView = { ...exactView('diverging'), clipPercent: 0, opacity: 1 };

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

  it('reduction: a picture of fewer pixels than the map is enlarged until each of the map has one', () => {
    // 5 model columns on 3 picture columns, doubled: the six centres lie at 0.42, 1.25, 2.08, 2.92, 3.75 and 4.58 model pixels.
    const mapping = { x: 0, y: 0, scaleX: 3 / 5, scaleY: 1 };
    const overlays = [0, 1, 2, 3, 4].map((column) =>
      renderOverlay(picture(3, 2), hotMap(5, 2, column, 0), mapping, view),
    );
    expect(overlays.map(({ width, height }) => [width, height])).toEqual(overlays.map(() => [6, 4]));
    const columns = overlays.map((overlay) => pixelsOf(overlay, HOT).filter((place) => place.endsWith(',0')));
    expect(columns).toEqual([['0,0'], ['1,0'], ['2,0', '3,0'], ['4,0'], ['5,0']]);
  });

  it('reduction: 3 × 1 picture pixels show each of 200 × 50 places, each at least once', () => {
    const mapping = { x: 0, y: 0, scaleX: 3 / 200, scaleY: 1 / 50 };
    for (const [column, row] of [
      [0, 0],
      [199, 49],
      [77, 13],
    ] as const)
      expect(
        pixelsOf(renderOverlay(picture(3, 1), hotMap(200, 50, column, row), mapping, view), HOT).length,
      ).toBeGreaterThan(0);
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

/** A map of ten columns, 0.1 to 1, over a picture of levels 200, 100 and 50. */
const ramp: RawMap = {
  data: Float32Array.from({ length: 10 }, (_, x) => (x + 1) / 10),
  width: 10,
  height: 1,
  channels: 1,
};
const coloured: RgbaImage = {
  rgba: Uint8ClampedArray.from({ length: 40 }, (_, index) => [200, 100, 50, 255][index % 4]!),
  width: 10,
  height: 1,
};
const SAME = { x: 0, y: 0, scaleX: 1, scaleY: 1 };
const LUMA = 0.299 * 200 + 0.587 * 100 + 0.114 * 50;
const columnsOf = ({ rgba }: RgbaImage) => Array.from({ length: 10 }, (_, x) => [...rgba.subarray(4 * x, 4 * x + 3)]);

describe('what a map lies over, and how', () => {
  const only = (change: Partial<MapView>) =>
    columnsOf(renderOverlay(coloured, ramp, SAME, { ...view, colorMap: 'gray', ...change }));

  it('grey is luma, dark grey a part of it; where the opacity is 0 nothing else is seen', () => {
    const grey = Math.round(LUMA);
    expect(only({ under: 'gray', opacity: 0 })).toEqual(Array(10).fill([grey, grey, grey]));
    const dark = Math.round(0.4 * LUMA);
    expect(only({ under: 'dim-gray', opacity: 0 })).toEqual(Array(10).fill([dark, dark, dark]));
    expect(only({ opacity: 0 })).toEqual(Array(10).fill([200, 100, 50]));
  });

  it('the scale begins at the floor: up to it the picture stays, from it on colour and opacity rise', () => {
    const shown = only({ floorPercent: 50 });
    expect(shown.slice(0, 5)).toEqual(Array(5).fill([200, 100, 50]));
    expect(shown[9]).toEqual([255, 255, 255]);
    // 0.7: two fifths of the way from 0.5 to 1, in colour and in opacity.
    expect(shown[6]).toEqual([200, 100, 50].map((level) => Math.round(level + 0.4 * (102 - level))));
  });

  it('without fading every pixel has the same opacity, up to values that are not finite', () => {
    const data = ramp.data.slice();
    data[3] = NaN;
    const shown = columnsOf(
      renderOverlay(coloured, { ...ramp, data }, SAME, { ...view, colorMap: 'gray', fade: false, opacity: 0.5 }),
    );
    expect(shown[3]).toEqual([200, 100, 50]);
    expect(shown[9]).toEqual([228, 178, 152]);
    expect(shown[0]![0]).toBeLessThan(120);
  });

  it('a mask lights the share of pixels that matter most, whichever their sign', () => {
    const dark = Math.round(0.4 * LUMA);
    const signed = { ...ramp, data: ramp.data.map((value, x) => (x % 2 === 0 ? value : -value)) };
    const masked = renderOverlay(coloured, signed, SAME, { ...view, form: 'mask', topPercent: 30 });
    expect(columnsOf(masked)).toEqual(
      Array.from({ length: 10 }, (_, x) => (x < 7 ? [dark, dark, dark] : [200, 100, 50])),
    );
    const empty = renderOverlay(coloured, { ...ramp, data: new Float32Array(10) }, SAME, { ...view, form: 'mask' });
    expect(columnsOf(empty)).toEqual(Array(10).fill([dark, dark, dark]));
  });

  it('a contour runs round them: white, and black around it', () => {
    const shown = only({ opacity: 0, contour: true, topPercent: 20 });
    expect(shown.slice(5)).toEqual([
      [200, 100, 50],
      [0, 0, 0],
      [255, 255, 255],
      [200, 100, 50],
      [200, 100, 50],
    ]);
  });

  it('the default of photos cannot be mistaken for a picture that is only dimmed', () => {
    const side = 96;
    const data = Float32Array.from({ length: side ** 2 }, (_, pixel) => {
      const [x, y] = [pixel % side, Math.floor(pixel / side)];
      return Math.exp(-((x - 30) ** 2 + (y - 60) ** 2) / 128) * (pixel % 2 === 0 ? 1 : -1);
    });
    const map: RawMap = { data, width: side, height: side, channels: 1 };
    const photo = picture(side, side, 140);
    const look = defaultView('diverging', map);
    const shown = renderOverlay(photo, map, SAME, look);
    const none = renderOverlay(photo, { ...map, data: new Float32Array(side ** 2) }, SAME, look);
    const distances = Array.from({ length: side ** 2 }, (_, pixel) =>
      Math.hypot(...[0, 1, 2].map((channel) => shown.rgba[4 * pixel + channel]! - none.rgba[4 * pixel + channel]!)),
    ).sort((a, b) => b - a);
    const most = distances.slice(0, Math.round(0.05 * side ** 2));
    expect(most.reduce((sum, distance) => sum + distance) / most.length).toBeGreaterThan(80);
    expect([...none.rgba.subarray(0, 3)]).toEqual([56, 56, 56]);
  });
});
