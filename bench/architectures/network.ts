import { randomSequence } from '../statistics';

/** A value of the network under construction; [channels, height, width]. */
export interface Value {
  readonly name: string;
  readonly shape: readonly [number, number, number];
}

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernel: number;
  readonly stride?: number;
  /** One filter for each channel. */
  readonly depthwise?: boolean;
  readonly activation: 'relu' | 'relu6' | 'none';
  /** Multiplies the scale of the normalisation; small at the end of a residual branch. */
  readonly gain?: number;
}

/** What an architecture is made of; each file format has one implementation. Padding is (k − 1)/2 as far as the format has it. */
export interface Network {
  readonly input: Value;
  /** Convolution without bias, batch normalisation, activation. */
  convolution(x: Value, options: ConvolutionOptions): Value;
  /** Sum of two values, then the activation. */
  add(x: Value, y: Value, activation: 'relu' | 'none'): Value;
  /** 3 × 3, stride 2. */
  maxPool(x: Value): Value;
  /** Mean over the picture and a dense layer. */
  classify(x: Value, classes: number): void;
}

/** Builds a network out of the parts of any format. */
export type Architecture = (network: Network) => void;

/** Weights of one layer: O × I × k × k, and normalisation like that of a trained network. */
export interface LayerWeights {
  readonly kernel: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Seeded weights; the same sequence of calls gives the same numbers. */
export function weightSource(seed: number): {
  layer(filters: number, inputs: number, kernel: number, gain: number): LayerWeights;
  dense(inputs: number, outputs: number): Float32Array;
} {
  const next = randomSequence(seed);
  const normal = (deviation: number): number =>
    deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const many = (length: number, value: () => number): Float32Array => Float32Array.from({ length }, value);
  return {
    layer(filters, inputs, kernel, gain) {
      const deviation = Math.sqrt(2 / (inputs * kernel * kernel));
      return {
        kernel: many(filters * inputs * kernel * kernel, () => normal(deviation)),
        gamma: many(filters, () => gain * (0.8 + 0.4 * next())),
        beta: many(filters, () => normal(0.1)),
        mean: many(filters, () => normal(0.1)),
        variance: many(filters, () => 0.8 + 0.4 * next()),
      };
    },
    dense: (inputs, outputs) => many(inputs * outputs, () => normal(Math.sqrt(1 / inputs))),
  };
}
