import type { RawMap } from '../image/pixels';
import type { MapView } from './view';

const COLOR_CHANNELS: readonly MapView['reduce'][] = ['red', 'green', 'blue'];

/**
 * Channels to one value a pixel, height × width: `sum` Σ v, `absolute-sum` Σ |v|, `absolute-maximum` max |v|, or one of three by its
 * colour. A pixel with a NaN channel is NaN.
 */
export function reduceMap(map: RawMap, reduce: MapView['reduce']): Float32Array {
  const { data, height, width, channels } = map;
  const reduced = new Float32Array(height * width);
  const channel = COLOR_CHANNELS.indexOf(reduce);
  if (channel >= 0 && channels === COLOR_CHANNELS.length)
    return reduced.map((_, pixel) => data[channels * pixel + channel]!);
  if (channels === 1 && !reduce.startsWith('absolute')) reduced.set(data.subarray(0, reduced.length));
  else if (reduce === 'absolute-sum') sumMagnitudes(data, channels, reduced);
  else if (reduce === 'absolute-maximum') largestMagnitudes(data, channels, reduced);
  else sumChannels(data, channels, reduced);
  return reduced;
}

function sumChannels(data: Float32Array, channels: number, reduced: Float32Array): void {
  for (let pixel = 0, index = 0; pixel < reduced.length; pixel++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[index++]!;
    reduced[pixel] = sum;
  }
}

function sumMagnitudes(data: Float32Array, channels: number, reduced: Float32Array): void {
  for (let pixel = 0, index = 0; pixel < reduced.length; pixel++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += Math.abs(data[index++]!);
    reduced[pixel] = sum;
  }
}

function largestMagnitudes(data: Float32Array, channels: number, reduced: Float32Array): void {
  for (let pixel = 0, index = 0; pixel < reduced.length; pixel++) {
    let largest = 0;
    for (let channel = 0; channel < channels; channel++) largest = Math.max(largest, Math.abs(data[index++]!));
    reduced[pixel] = largest;
  }
}

/** What the sign filter leaves: `all` v, `positive` max(v, 0), `negative` min(v, 0), `absolute` |v|. NaN stays. */
export function filterSign(values: Float32Array, sign: MapView['sign']): Float32Array {
  if (sign === 'all') return values;
  const filtered = new Float32Array(values.length);
  if (sign === 'positive')
    for (let pixel = 0; pixel < values.length; pixel++) filtered[pixel] = Math.max(values[pixel]!, 0);
  else if (sign === 'negative')
    for (let pixel = 0; pixel < values.length; pixel++) filtered[pixel] = Math.min(values[pixel]!, 0);
  else for (let pixel = 0; pixel < values.length; pixel++) filtered[pixel] = Math.abs(values[pixel]!);
  return filtered;
}
