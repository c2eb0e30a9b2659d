import { readFileSync } from 'node:fs';
import path from 'node:path';
import { floats, type Tensor } from '../../../../src/core/graph/tensor';

export const GOLDEN = path.join(import.meta.dirname, 'golden');

interface StoredCase {
  readonly name: string;
  readonly config: Record<string, never>;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: string }[];
  readonly x: string;
  readonly y: string;
  readonly seed: string;
  readonly gradient: string;
}

export interface GoldenCase {
  readonly name: string;
  readonly config: Record<string, never>;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly seed: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * Models, values and derivatives that Keras computed: on PyTorch in float64 (golden/make_golden.py), on TensorFlow in float32
 * (golden/make_tensorflow_golden.py, make_operations_golden.py).
 */
export function goldenCases(file: 'keras.json' | 'tensorflow.json' | 'operations.json' = 'keras.json'): GoldenCase[] {
  const stored = JSON.parse(readFileSync(path.join(GOLDEN, file), 'utf8')) as StoredCase[];
  return stored.map(({ name, config, weights, x, y, seed, gradient }) => ({
    name,
    config,
    weights: new Map(weights.map((weight) => [weight.name, floats(weight.shape, decode(weight.data))])),
    x: decode(x),
    y: decode(y),
    seed: decode(seed),
    gradient: decode(gradient),
  }));
}

function decode(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
