/** How a raw map is looked at: each step is explicit and none changes the map. */
export interface MapView {
  /** Channels to one value a pixel. */
  readonly reduce: 'sum' | 'absolute-sum' | 'absolute-maximum';
  readonly sign: 'all' | 'positive' | 'negative' | 'absolute';
  /** Percent of the largest magnitudes that are clipped (0, 1, 2, 5 …): the scale ends at that quantile. */
  readonly clipPercent: number;
  readonly colorMap: ColorMapId;
  /** Of the map over the picture, 0 to 1. */
  readonly opacity: number;
}

export type ColorMapId = 'diverging' | 'inferno' | 'viridis' | 'gray';

/** How a perturbation is looked at: `true-scale` |δ| as pixels, `amplified` |δ|·N, `centred` 0.5 + δ·N; N fills the range. */
export type PerturbationView = 'true-scale' | 'amplified' | 'centred';
