import { choice, flag, object } from '../schema/kinds';
import { number } from '../schema/numbers';
import type { Of } from '../schema/schema';

export const COLOR_MAP_IDS = ['diverging', 'inferno', 'viridis', 'gray'] as const;
export type ColorMapId = (typeof COLOR_MAP_IDS)[number];

/** How a raw map is looked at: each step is explicit, they stand in the order in which they are taken, and none changes the map. */
export const mapView = object({
  /** Channels to one value a pixel; a colour that the map does not have is the sum. */
  reduce: choice(['sum', 'absolute-sum', 'absolute-maximum', 'red', 'green', 'blue']),
  sign: choice(['all', 'positive', 'negative', 'absolute']),
  /** Standard deviation of a Gaussian, as a share of the map's shorter side; 0 leaves the pixels as they are. */
  smoothing: number(0, 0.2),
  /** Percent of the smallest magnitudes that are shown as nothing: the scale begins at that quantile. */
  floorPercent: number(0, 100, 'openAbove'),
  /** Percent of the largest magnitudes that are clipped (0, 1, 2, 5 …): the scale ends at that quantile. */
  clipPercent: number(0, 100, 'openAbove'),
  colorMap: choice(COLOR_MAP_IDS),
  /** What the map lies over. */
  under: choice(['picture', 'gray', 'dim-gray']),
  /** Of the map over the picture, 0 to 1. */
  opacity: number(0, 1),
  /** Whether the opacity grows with the value, so that what does not matter shows the picture. */
  fade: flag,
  /** What lies over the picture: the map's colours, or nothing but the light on the pixels that matter most. */
  form: choice(['colors', 'mask']),
  /** Whether a line goes round the pixels that matter most. */
  contour: flag,
  /** How many percent of the pixels matter most, to mask and contour. */
  topPercent: number(0, 100, 'open'),
});
export type MapView = Of<typeof mapView>;

/** How a perturbation is looked at: `true-scale` |δ| as pixels, `amplified` |δ|·N, `centred` 0.5 + δ·N; N fills the range. */
export const perturbationView = choice(['true-scale', 'amplified', 'centred']);
export type PerturbationView = Of<typeof perturbationView>;
