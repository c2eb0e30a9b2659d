import type { MapView } from './view';

/**
 * How a method's map is looked at first: signed maps diverging, Σ over channels, the 2 % largest clipped; unsigned ones sequential,
 * scaled to their maximum (max-normed).
 */
export function defaultView(display: 'diverging' | 'sequential'): MapView {
  return display === 'diverging'
    ? { reduce: 'sum', sign: 'all', clipPercent: 2, colorMap: 'diverging', opacity: 0.8 }
    : { reduce: 'sum', sign: 'all', clipPercent: 0, colorMap: 'inferno', opacity: 0.8 };
}
