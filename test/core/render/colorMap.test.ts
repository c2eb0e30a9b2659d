import { describe, expect, it } from 'vitest';
import { colorMapOf, COLORS, DIVERGING_CENTER } from '../../../src/core/render/colorMap';
import type { ColorMapId } from '../../../src/core/render/view';

type Color = readonly [number, number, number];

const colorsOf = (id: ColorMapId): Color[] => {
  const colors = colorMapOf(id);
  return Array.from({ length: COLORS }, (_, index) => [
    colors[3 * index]!,
    colors[3 * index + 1]!,
    colors[3 * index + 2]!,
  ]);
};

const linear = (level: number) =>
  level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;

/** CIE 1976 lightness (0–100) of an sRGB colour: another measure than the one that the maps are made with. */
function lightness([red, green, blue]: Color): number {
  const y = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

/** What a dichromat sees, in linear light (Viénot, Brettel, Mollon 1999). */
function dichromat(kind: 'protan' | 'deutan', [red, green, blue]: Color): Color {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  return kind === 'protan'
    ? [0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.00401 * r - 0.00401 * g + b]
    : [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b];
}

describe('sequential colour maps', () => {
  it.each(['inferno', 'viridis', 'gray'] as const)(
    '%s grows lighter at every step or stays within a rounding of it',
    (id) => {
      const steps = colorsOf(id).map(lightness);
      for (let index = 1; index < steps.length; index++)
        expect(steps[index]! - steps[index - 1]!).toBeGreaterThan(-0.15);
      for (let index = 8; index < steps.length; index++) expect(steps[index]!).toBeGreaterThan(steps[index - 8]!);
    },
  );

  it('inferno and viridis pass near the published colours at quarters', () => {
    // matplotlib: inferno and viridis at entries 64, 128 and 192.
    const published: [ColorMapId, number, Color][] = [
      ['inferno', 64, [87, 16, 110]],
      ['inferno', 128, [188, 55, 84]],
      ['inferno', 192, [249, 142, 9]],
      ['viridis', 64, [59, 82, 139]],
      ['viridis', 128, [33, 145, 140]],
      ['viridis', 192, [94, 201, 98]],
    ];
    for (const [id, index, color] of published)
      colorsOf(id)[index]!.forEach((level, channel) =>
        expect(Math.abs(level - color[channel]!), `${id} ${index}`).toBeLessThanOrEqual(12),
      );
  });

  it('gray is the level itself', () => {
    expect(
      colorsOf('gray').every(([red, green, blue], index) => red === index && green === index && blue === index),
    ).toBe(true);
  });
});

describe('the diverging colour map', () => {
  const colors = colorsOf('diverging');
  const center = colors[DIVERGING_CENTER]!;

  it('is a neutral near-white at 0 and darkens evenly to blue and to orange', () => {
    expect(new Set(center).size).toBe(1);
    expect(lightness(center)).toBeGreaterThan(92);
    for (let distance = 1; distance <= 127; distance++) {
      const below = lightness(colors[DIVERGING_CENTER - distance]!);
      const above = lightness(colors[DIVERGING_CENTER + distance]!);
      expect(below).toBeLessThan(lightness(colors[DIVERGING_CENTER - distance + 1]!) + 0.15);
      expect(above).toBeLessThan(lightness(colors[DIVERGING_CENTER + distance - 1]!) + 0.15);
      expect(Math.abs(below - above)).toBeLessThan(6);
    }
    const [blue, orange] = [colors[0]!, colors[255]!];
    expect(blue[2]).toBeGreaterThan(blue[0] + 100);
    expect(orange[0]).toBeGreaterThan(orange[2] + 100);
    expect(colors[1]).toEqual(colors[0]);
  });

  it.each(['protan', 'deutan'] as const)('keeps its sides apart for %s vision: yellowish against bluish', (kind) => {
    for (const distance of [32, 64, 127]) {
      const below = dichromat(kind, colors[DIVERGING_CENTER - distance]!);
      const above = dichromat(kind, colors[DIVERGING_CENTER + distance]!);
      expect(below[2] - below[0]).toBeGreaterThan(0.1);
      expect(above[0] - above[2]).toBeGreaterThan(0.05);
    }
  });
});
