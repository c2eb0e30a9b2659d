import type { RawMap } from '../image/pixels';
import { resample } from '../image/resample';

/** Height and width of the model's input, which a map covers whole. */
interface Grid {
  readonly height: number;
  readonly width: number;
}

/**
 * The map with one value a pixel of the model's input: a map of another resolution is resampled bilinearly, the centres of its
 * outer places held to the edge. A step of looking: what is kept is the map as it is. NaN spreads to its neighbours.
 */
export function onGrid(map: RawMap, { height, width }: Grid): RawMap {
  if (map.height === height && map.width === width) return map;
  const axis = (from: number, to: number) => ({ from, to, first: 0, count: to });
  const data = resample(map, axis(map.height, height), axis(map.width, width), 'bilinear');
  return { data, height, width, channels: map.channels };
}

/** "7 × 7 places, enlarged bilinearly to 224 × 224"; undefined: the map has the grid's resolution. */
export function griddingWords(map: Grid, { height, width }: Grid): string | undefined {
  if (map.height === height && map.width === width) return undefined;
  const how = map.height <= height && map.width <= width ? 'enlarged' : 'resampled';
  return `${map.width} × ${map.height} places, ${how} bilinearly to ${width} × ${height}`;
}
