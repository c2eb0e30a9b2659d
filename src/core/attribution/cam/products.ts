import type { Channels } from './activationMap';

/** Σ over the channels of `weight(∂f/∂A) · A` at each place, in double precision. */
export function channelSums(
  { values, gradient, places, channels }: Channels,
  weight: (derivative: number) => number,
): Float32Array {
  return Float32Array.from({ length: places }, (_, place) => {
    let sum = 0;
    for (let at = place * channels; at < (place + 1) * channels; at++) sum += weight(gradient[at]!) * values[at]!;
    return sum;
  });
}
