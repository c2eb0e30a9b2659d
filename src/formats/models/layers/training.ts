import type { Shape } from '../../../core/graph/tensor';
import type { FloatTensor } from './weightSource';

/** A weight of the file that is an input of the graph, in the file's layout. */
export interface LayerParameter {
  /** The very tensor that the source of weights gave. */
  readonly source: FloatTensor;
  /** False for moving statistics. */
  readonly trainable: boolean;
}

/**
 * What a layer does to its input x while the network is trained: `dropout` multiplies by 0 with probability `rate`, else by
 * 1/(1 − rate); `gaussian-dropout` by draws from N(1, rate/(1 − rate)); `gaussian-noise` adds draws from N(0, rate²).
 */
export interface LayerNoise {
  readonly kind: 'dropout' | 'gaussian-dropout' | 'gaussian-noise';
  readonly rate: number;
  /** Of the draws, for a batch of one; they are repeated along axes of size 1. */
  readonly shape: Shape;
}

/** What is noted while a network is read to be trained. */
export interface TrainingRecord {
  /** By the name of the graph's input. */
  readonly parameters: Map<string, LayerParameter>;
  /** A node Dropout with the attribute `seed` = k stands where noise k belongs. */
  readonly noises: LayerNoise[];
}
