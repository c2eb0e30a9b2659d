import type { RgbaImage } from './map';
import type { MapView } from './view';

export const DIMMED = 'dim-gray';

/** How much of its light the dimmed picture keeps: enough to know it by, and darker than any colour that lies over it. */
const DIMMED_LIGHT = 0.4;

/** Luma of 8-bit RGB (ITU-R BT.601). */
const WEIGHTS = [0.299, 0.587, 0.114] as const;

/** A copy of the picture as a map lies over it: as it is, grey, or dark grey. */
export function underlay({ rgba, width, height }: RgbaImage, under: MapView['under']): RgbaImage {
  const copy = new Uint8ClampedArray(rgba);
  if (under === 'picture') return { rgba: copy, width, height };
  const [red, green, blue] = WEIGHTS;
  const light = under === DIMMED ? DIMMED_LIGHT : 1;
  for (let offset = 0; offset < copy.length; offset += 4) {
    const level = light * (red * copy[offset]! + green * copy[offset + 1]! + blue * copy[offset + 2]!);
    copy[offset] = copy[offset + 1] = copy[offset + 2] = level;
  }
  return { rgba: copy, width, height };
}
