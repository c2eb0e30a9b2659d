import type { PixelImage, RawMap } from '../image/pixels';

/** What an attack changed in truth, and in how many values that is less than the step it took. */
export interface RealChange extends RawMap {
  readonly clamped: number;
}

/** float32 sums of pixels and steps leave this much at most. */
const ROUNDING = 1e-6;

/** a′ − a, height × width × channels in pixel units; `clamped` counts the values where it is not the δ that was to be added. */
export function realChange(input: PixelImage, adversarial: PixelImage, perturbation: RawMap): RealChange {
  const { width, height, channels } = input;
  const data = new Float32Array(input.data.length);
  let clamped = 0;
  for (let index = 0; index < data.length; index++) {
    const change = adversarial.data[index]! - input.data[index]!;
    const step = perturbation.data[index]!;
    const isWhole = Math.abs(change - step) <= ROUNDING;
    // Of what was added as it is, the step itself is the exact one.
    data[index] = isWhole ? step : change;
    if (!isWhole) clamped += 1;
  }
  return { data, width, height, channels, clamped };
}
