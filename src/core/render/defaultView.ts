import type { MapView } from './view';

export type Display = 'diverging' | 'sequential';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The longest side up to which single pixels are told apart by eye. */
const LARGEST_EXACT_SIDE = 64;

/** Whether an input has too many pixels for each to be seen. */
export function isPhoto({ width, height }: Size): boolean {
  return Math.max(width, height) > LARGEST_EXACT_SIDE;
}

/**
 * Exact pixels over the picture as it is: signed maps diverging, Σ over channels, the 2 % largest clipped; unsigned ones sequential,
 * scaled to their maximum (max-normed).
 */
export function exactView(display: Display): MapView {
  return {
    reduce: 'sum',
    sign: 'all',
    smoothing: 0,
    floorPercent: 0,
    clipPercent: display === 'diverging' ? 2 : 0,
    colorMap: display === 'diverging' ? 'diverging' : 'inferno',
    under: 'picture',
    opacity: 0.8,
    fade: true,
    form: 'colors',
    contour: false,
    topPercent: 15,
  };
}

/**
 * How a method's map is looked at first on an input of that size. Up to 64 pixels a side as {@link exactView}; on a photo, whose
 * single pixels nobody sees, regions: Σ |·| over channels, smoothed by 2 % of the side, from the median to the
 * 99.5th percentile, over the picture in dark grey.
 */
export function defaultView(display: Display, input: Size): MapView {
  const exact = exactView(display);
  if (!isPhoto(input)) return exact;
  return {
    ...exact,
    reduce: 'absolute-sum',
    smoothing: 0.02,
    floorPercent: 50,
    clipPercent: 0.5,
    colorMap: 'inferno',
    under: 'dim-gray',
    opacity: 1,
  };
}

/** Whether a view shows each pixel's own value over the picture as it is. */
export function isExact({ smoothing, floorPercent, under, form }: MapView): boolean {
  return smoothing === 0 && floorPercent === 0 && under === 'picture' && form === 'colors';
}
