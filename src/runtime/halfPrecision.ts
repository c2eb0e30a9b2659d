import type { HalfPrecision } from '../formats/models/onnx/onnx';

/** The shorter floats that a Keras configuration computes with by its dtype policies ("mixed_float16", "bfloat16", …). */
export function halfPolicy(config: object): HalfPrecision | undefined {
  const [, kind] = /"(?:dtype|name)":"(?:mixed_)?(b?float16)"/.exec(JSON.stringify(config)) ?? [];
  return kind as HalfPrecision | undefined;
}

/** What is to be said of a network that is computed in float32 instead. */
export function halfWarnings(half: HalfPrecision | undefined): readonly string[] {
  if (half === undefined) return [];
  const digits = half === 'float16' ? 'three' : 'two';
  return [
    `The model computes in half precision (${half}) and is computed in single precision here, so that its own runtime's scores may differ after ${digits} digits.`,
  ];
}
