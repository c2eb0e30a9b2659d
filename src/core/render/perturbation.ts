import type { RawMap } from '../image/pixels';
import type { RgbaImage } from './map';
import type { PerturbationView } from './view';

export interface RenderedPerturbation extends RgbaImage {
  /** The factor N that was applied; 1 where the perturbation is zero. */
  readonly amplification: number;
}

/**
 * A perturbation δ as a picture, a channel each: `true-scale` |δ|; `amplified` N·|δ|, N = 1 / max|δ|; `centred` ½ + N·δ,
 * N = ½ / max|δ|. Values beyond [0, 1] are clamped; non-finite elements are shown as no change.
 */
export function renderPerturbation(perturbation: RawMap, view: PerturbationView): RenderedPerturbation {
  const { data, width, height, channels } = perturbation;
  const amplification = amplificationOf(data, view);
  const isCentred = view === 'centred';
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0, source = 0, target = 0; pixel < width * height; pixel++, source += channels, target += 4)
    for (let channel = 0; channel < 3; channel++) {
      const value = data[channels === 1 ? source : source + channel]!;
      const change = value - value === 0 ? amplification * value : 0;
      rgba[target + channel] = 255 * (isCentred ? 0.5 + change : Math.abs(change));
    }
  return { rgba, width, height, amplification };
}

function amplificationOf(data: Float32Array, view: PerturbationView): number {
  if (view === 'true-scale') return 1;
  let largest = 0;
  for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  return (view === 'amplified' ? 1 : 0.5) / largest;
}
