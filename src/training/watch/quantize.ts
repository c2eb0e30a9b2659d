/**
 * 8 bits of values ≥ 0: byte = round(value / scale), scale = max / 255, which is returned; 0 for a map of zeros. What is not
 * finite becomes 0.
 */
export function quantizeUnsigned(values: Float32Array, target: Uint8Array): number {
  const scale = largestMagnitude(values) / 255;
  for (let i = 0; i < values.length; i++) target[i] = levelOf(values[i]!, scale);
  return scale;
}

/** The same of signed values: byte in [−127, 127], scale = max |value| / 127. */
export function quantizeSigned(values: Float32Array, target: Int8Array): number {
  const scale = largestMagnitude(values) / 127;
  for (let i = 0; i < values.length; i++) target[i] = levelOf(values[i]!, scale);
  return scale;
}

function levelOf(value: number, scale: number): number {
  return scale > 0 && Number.isFinite(value) ? Math.round(value / scale) : 0;
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}
