import type { PixelImage } from '../../image/pixels';
import { countNonFinite, isAllZero, nonFiniteWords } from '../../method/numbers';
import type { Attribution } from '../method';
import type { PathGradient } from './pathGradient';

/** Rounding of float32 scores, as a share of the larger one: a delta below is none. */
const ROUNDING = 1e-5;
/** Share of f(a) − f(a′) that the delta may be before it is said. */
const DELTA_WARNED = 0.05;

/** An attribution along a path, and how far its sum is from what it promises. */
export interface PathAttribution {
  readonly attribution: Attribution;
  /** There is a delta: f is finite at both ends and the map everywhere. */
  readonly isMeasured: boolean;
  /** Is |delta| at most this share of f(a) − f(a′), or no more than rounding? */
  readonly isWithin: (share: number) => boolean;
  /** |delta| in percent of f(a) − f(a′), or as it is where that is 0. */
  readonly deltaWords: string;
}

/**
 * (a − a′) ∘ mean gradient, or the mean gradient alone where it is not `multiplied`; shape of the image. The delta, Σ (a − a′) ∘ mean −
 * (f(a) − f(a′)), is reported where the map is what it speaks of; `remedy` is what to do where it is large.
 */
export function pathAttribution(
  path: PathGradient,
  image: PixelImage,
  baseline: Float32Array,
  multiplied: boolean,
  remedy: string,
): PathAttribution {
  const { height, width, channels } = image;
  const contributions = Float32Array.from(path.mean, (slope, index) => (image.data[index]! - baseline[index]!) * slope);
  const data = multiplied ? contributions : Float32Array.from(path.mean);
  const change = path.value - path.baselineValue;
  const delta = contributions.reduce((sum, value) => sum + value, 0) - change;
  const rounding = ROUNDING * Math.max(Math.abs(path.value), Math.abs(path.baselineValue));
  const isWithin = (share: number): boolean => Math.abs(delta) <= Math.max(share * Math.abs(change), rounding);
  const attribution = {
    map: { data, height, width, channels },
    scores: path.scores,
    value: path.value,
    ...(multiplied && Number.isFinite(delta) ? { delta } : {}),
    warnings: warningsOf(path, contributions, delta, isWithin(DELTA_WARNED) ? undefined : remedy),
  };
  const deltaWords = change === 0 ? delta.toPrecision(2) : `${percentOf(delta, change)} %`;
  return { attribution, isMeasured: Number.isFinite(delta), isWithin, deltaWords };
}

function warningsOf(
  { mean: slopes, value, baselineValue }: PathGradient,
  contributions: Float32Array,
  delta: number,
  remedy: string | undefined,
): readonly string[] {
  const mean = Float32Array.from(slopes);
  const nonFinite = countNonFinite(mean);
  if (nonFinite > 0)
    return [
      `${nonFiniteWords(nonFinite, mean.length, 'gradient value')}: the model overflows on the way to this image, and the map means nothing there.`,
    ];
  if (isAllZero(mean))
    return ['The gradient is zero everywhere on the way from the baseline: choose another objective or class.'];
  if (isAllZero(contributions))
    return [
      'The map is zero everywhere: the image is the baseline wherever the score depends on it; choose another baseline.',
    ];
  if (!Number.isFinite(value - baselineValue))
    return [
      "The model's score of the image or of the baseline is not a finite number, so what the map adds up to cannot be checked: choose another baseline.",
    ];
  if (remedy === undefined) return [];
  const change = value - baselineValue;
  const share = change === 0 ? '' : `, ${percentOf(delta, change)} % of it`;
  return [
    `The map sums to ${(change + delta).toPrecision(4)} instead of f(a) − f(a′) = ${change.toPrecision(4)} (delta ${delta.toPrecision(2)}${share}): ${remedy}.`,
  ];
}

/** To two digits. */
function percentOf(part: number, whole: number): number {
  return Number(((100 * Math.abs(part)) / Math.abs(whole)).toPrecision(2));
}
