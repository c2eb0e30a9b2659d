import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawMap } from '../../../src/core/image/pixels';
import { colorMapOf } from '../../../src/core/render/colorMap';
import { exactView } from '../../../src/core/render/defaultView';
import { renderMap, showMap } from '../../../src/core/render/map';
import { filterSign, reduceMap } from '../../../src/core/render/reduce';
import type { MapView } from '../../../src/core/render/view';

const view = (changes: Partial<MapView> = {}): MapView => ({ ...exactView('diverging'), clipPercent: 0, ...changes });
const row = (...values: number[]): RawMap => ({
  data: Float32Array.from(values),
  height: 1,
  width: values.length,
  channels: 1,
});
const colorsOf = ({ rgba }: { rgba: Uint8ClampedArray }) =>
  Array.from({ length: rgba.length / 4 }, (_, pixel) => [...rgba.subarray(4 * pixel, 4 * pixel + 3)]);
const entry = (id: MapView['colorMap'], index: number) => [...colorMapOf(id).subarray(3 * index, 3 * index + 3)];
const GREY = [128, 128, 128];

describe('reduceMap', () => {
  const map: RawMap = { data: Float32Array.of(1, -2, 3, -4, 0, 1, NaN, 1, 1), height: 3, width: 1, channels: 3 };

  it.each([
    ['sum', [2, -3, NaN]],
    ['absolute-sum', [6, 5, NaN]],
    ['absolute-maximum', [3, 4, NaN]],
  ] as const)('%s', (reduce, expected) => {
    expect([...reduceMap(map, reduce)]).toEqual(expected);
  });

  it('of one channel is the map for sum, its magnitude for the others', () => {
    expect([...reduceMap(row(-2, 3), 'sum')]).toEqual([-2, 3]);
    expect([...reduceMap(row(-2, 3), 'absolute-sum')]).toEqual([2, 3]);
    expect([...reduceMap(row(-2, 3), 'absolute-maximum')]).toEqual([2, 3]);
  });
});

describe('filterSign', () => {
  it.each([
    ['all', [-2, 0, 3, NaN]],
    ['positive', [0, 0, 3, NaN]],
    ['negative', [-2, 0, 0, NaN]],
    ['absolute', [2, 0, 3, NaN]],
  ] as const)('%s', (sign, expected) => {
    expect([...filterSign(Float32Array.of(-2, 0, 3, NaN), sign)]).toEqual(expected);
  });
});

describe('renderMap', () => {
  it('diverging: the centre is exactly 0, equal magnitudes lie equally far from it', () => {
    const rendered = renderMap(row(-4, -2, 0, 2, 4), view());
    expect(colorsOf(rendered)).toEqual(
      [1, 64, 128, 192, 255].map((index) => entry('diverging', index)).with(1, entry('diverging', 65)),
    );
    expect(rendered.scale).toEqual({ minimum: -4, maximum: 4, floor: 0, limit: 4, clipped: 0, magnitude: false });
  });

  it('diverging is centred even where all values lie on one side', () => {
    const [low, high] = colorsOf(renderMap(row(1, 100), view()));
    expect(low).toEqual(entry('diverging', 129));
    expect(high).toEqual(entry('diverging', 255));
  });

  it('sequential: from 0 to the limit by magnitude, and says when signs are hidden', () => {
    const signed = renderMap(row(0, -1, 2), view({ colorMap: 'gray' }));
    expect(colorsOf(signed)).toEqual([[0, 0, 0], [128, 128, 128], [255, 255, 255]]); // prettier-ignore
    expect(signed.scale).toEqual({ minimum: 0, maximum: 2, floor: 0, limit: 2, clipped: 0, magnitude: true });
    expect(renderMap(row(0, 1, 2), view({ colorMap: 'gray' })).scale.magnitude).toBe(false);
  });

  it('clipping ends the scale early, counts what lies beyond and draws it in the end colour', () => {
    const map = row(...Array.from({ length: 100 }, (_, index) => index + 1));
    const rendered = renderMap(map, view({ colorMap: 'gray', clipPercent: 5 }));
    expect(rendered.scale).toMatchObject({ limit: 95, clipped: 5 });
    expect(colorsOf(rendered).slice(94)).toEqual(new Array(6).fill([255, 255, 255]));
    expect(colorsOf(rendered)[93]).not.toEqual([255, 255, 255]);
  });

  it.each([
    ['zero', row(0, -0, 0), 'all'],
    ['constant', row(7, 7, 7), 'all'],
    ['constant', row(-7, -7, -7), 'all'],
    ['zero', row(1, 2, 3), 'negative'],
    ['non-finite', row(NaN, Infinity, NaN), 'all'],
    ['non-finite', row(0, NaN, -0), 'all'],
  ] as const)('a %s map is said and drawn flat, in every colour map', (state, map, sign) => {
    for (const colorMap of ['diverging', 'inferno', 'viridis', 'gray'] as const) {
      const rendered = renderMap(map, view({ sign, colorMap }));
      expect(rendered.state).toBe(state);
      expect(colorsOf(rendered)).toEqual([GREY, GREY, GREY]);
    }
  });

  it('a map with some values that are not finite keeps the others', () => {
    const rendered = renderMap(row(-1, NaN, 1, Infinity), view());
    expect(rendered.state).toBe('non-finite');
    expect(colorsOf(rendered)).toEqual([entry('diverging', 1), GREY, entry('diverging', 255), GREY]);
    const sequential = renderMap(row(0, NaN, 1, -Infinity), view({ colorMap: 'inferno' }));
    expect(colorsOf(sequential)).toEqual([entry('inferno', 0), GREY, entry('inferno', 255), GREY]);
  });

  it('an ordinary map is said to be ordinary; one pixel alone is no constant', () => {
    expect(renderMap(row(1, 2), view()).state).toBe('ordinary');
    expect(renderMap(row(3), view()).state).toBe('ordinary');
  });

  it('does not change the map, is opaque, and does not depend on the unit of the map', () => {
    const data = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 6, maxLength: 6 });
    const views = fc.record({
      ...Object.fromEntries(Object.entries(view()).map(([key, value]) => [key, fc.constant(value)])),
      reduce: fc.constantFrom<MapView['reduce']>('sum', 'absolute-sum', 'absolute-maximum', 'green'),
      floorPercent: fc.constantFrom(0, 10, 50),
      sign: fc.constantFrom<MapView['sign']>('all', 'positive', 'negative', 'absolute'),
      clipPercent: fc.constantFrom(0, 1, 2, 5, 20),
      colorMap: fc.constantFrom<MapView['colorMap']>('diverging', 'inferno', 'viridis', 'gray'),
    }) as fc.Arbitrary<MapView>;
    fc.assert(
      fc.property(data, views, (values, anyView) => {
        const map: RawMap = { data: Float32Array.from(values), height: 1, width: 2, channels: 3 };
        const scaled: RawMap = { ...map, data: map.data.map((value) => value * 1024) };
        const rendered = renderMap(map, anyView);
        expect(map.data).toEqual(Float32Array.from(values));
        expect([rendered.rgba[3], rendered.rgba[7], rendered.rgba.length]).toEqual([255, 255, 8]);
        expect(renderMap(scaled, anyView).rgba).toEqual(rendered.rgba);
      }),
    );
  });

  it('showMap hands out the values that are shown', () => {
    const map: RawMap = { data: Float32Array.of(1, -3, 2, 2), height: 2, width: 1, channels: 2 };
    expect(showMap(map, view({ sign: 'positive' }))).toMatchObject({
      values: Float32Array.of(0, 4),
      width: 1,
      height: 2,
      state: 'ordinary',
    });
  });

  it('default views: signed maps show their sign, unsigned ones are max-normed', () => {
    expect(renderMap(row(-1, 1), exactView('diverging')).scale.minimum).toBe(-1);
    const sequential = renderMap(row(0, 1, 4), exactView('sequential'));
    expect(sequential.scale).toMatchObject({ minimum: 0, maximum: 4, clipped: 0 });
  });
});
