import { choice, object } from '../schema/kinds';
import { number } from '../schema/numbers';
import type { Of } from '../schema/schema';

export const COLOR_MAP_IDS = ['diverging', 'inferno', 'viridis', 'gray'] as const;
export type ColorMapId = (typeof COLOR_MAP_IDS)[number];

/** How a raw map is looked at: each step is explicit and none changes the map. */
export const mapView = object({
  /** Channels to one value a pixel. */
  reduce: choice(['sum', 'absolute-sum', 'absolute-maximum']),
  sign: choice(['all', 'positive', 'negative', 'absolute']),
  /** Percent of the largest magnitudes that are clipped (0, 1, 2, 5 …): the scale ends at that quantile. */
  clipPercent: number(0, 100, 'openAbove'),
  colorMap: choice(COLOR_MAP_IDS),
  /** Of the map over the picture, 0 to 1. */
  opacity: number(0, 1),
});
export type MapView = Of<typeof mapView>;

/** How a perturbation is looked at: `true-scale` |δ| as pixels, `amplified` |δ|·N, `centred` 0.5 + δ·N; N fills the range. */
export const perturbationView = choice(['true-scale', 'amplified', 'centred']);
export type PerturbationView = Of<typeof perturbationView>;
