import type { PreprocessingPreset } from './modelInfo';

/** scale · v + shift of an input v, one pair for each channel or one for all. */
export interface Scaling {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** ImageNet's statistics turned into [−1, 1] by the Inception nets that torchvision took over: they take its own preset. */
const TRANSFORMED = {
  scale: [0.229 / 0.5, 0.224 / 0.5, 0.225 / 0.5],
  shift: [(0.485 - 0.5) / 0.5, (0.456 - 0.5) / 0.5, (0.406 - 0.5) / 0.5],
};

/** Half-widths that networks are made for: about a deviation or two, or bytes about their mean. */
const isUsualWidth = (width: number): boolean => (width >= 0.4 && width <= 4) || (width >= 100 && width <= 140);

/** The same of pictures that are much alike, in their deviations: only where their mean lies well inside, and is not zero. */
const WIDEST = 16;

/**
 * The values that a network takes whose first operations make scale · v + shift of them: bytes (0…255), [0, 1] or [−1, 1], whichever
 * comes out as networks want it, i.e. around zero or beginning there, at about unit size or at that of bytes. Undefined: none does,
 * or the operations change next to nothing.
 *
 * `isLearned`: by statistics of training pictures, which may have been scaled before; then only what is plain counts.
 */
export function rangeTaken({ scale, shift }: Scaling, isLearned: boolean): PreprocessingPreset | undefined {
  const pairs = Array.from({ length: Math.max(scale.length, shift.length) }, (_, index) => ({
    scale: scale[scale.length === 1 ? 0 : index]!,
    shift: shift[shift.length === 1 ? 0 : index]!,
  }));
  const all = (test: (pair: (typeof pairs)[number], index: number) => boolean): boolean =>
    pairs.length > 0 && pairs.every(test);
  if (!all((pair) => Number.isFinite(pair.scale) && Number.isFinite(pair.shift) && pair.scale !== 0)) return undefined;
  if (all((pair) => Math.abs(pair.scale - 1) < 0.15 && Math.abs(pair.shift) < 0.15)) return undefined;
  const near = (value: number, other: number | undefined): boolean => Math.abs(value - (other ?? NaN)) < 2e-3;
  if (all((pair, index) => near(pair.scale, TRANSFORMED.scale[index]) && near(pair.shift, TRANSFORMED.shift[index])))
    return 'torchvision';
  const fits = (low: number, high: number): boolean =>
    all((pair) => {
      const width = (Math.abs(pair.scale) * (high - low)) / 2;
      const centre = (pair.scale * (low + high)) / 2 + pair.shift;
      const mean = (-pair.shift / pair.scale - low) / (high - low);
      const isInside = mean > 0.05 && mean < 0.95;
      if (isLearned && !isInside) return false;
      const isLikely = isUsualWidth(width) || (low === 0 && width > 4 && width <= WIDEST && isInside);
      // A shift alone takes a mean off, or means something else.
      const isShift = Math.abs(pair.scale - 1) < 0.15 && pair.shift !== 0;
      return isLikely && Math.abs(centre) <= 1.1 * width && (isInside || !isShift);
    });
  if (fits(0, 1)) return 'unit';
  if (fits(0, 255)) return 'byte';
  // Around zero it was before, so that nothing tells why it should have been changed.
  const beginsAtZero = all((pair) => Math.abs(pair.shift - Math.abs(pair.scale)) < 0.05);
  return !isLearned && beginsAtZero && fits(-1, 1) ? 'signed' : undefined;
}

/** The values that an input quantised to `low`…`high` was made for, where that is one of the usual ranges. */
export function rangeQuantised([low, high]: readonly [number, number]): PreprocessingPreset | undefined {
  const near = (a: number, b: number, size: number): boolean => Math.abs(a - b) <= 0.02 * size;
  if (near(low, 0, 1) && near(high, 1, 1)) return 'unit';
  if (near(low, -1, 1) && near(high, 1, 1)) return 'signed';
  return near(low, 0, 255) && near(high, 255, 255) ? 'byte' : undefined;
}
