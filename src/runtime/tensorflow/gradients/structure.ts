import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { unbroadcast } from './extrema';

/** Gradient of MirrorPad: what was mirrored goes back to where it came from. The stock one drops it. */
const mirrorPad: GradConfig = {
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc: (output, saved, attrs) => {
    const { shape } = saved[0]!;
    const { paddings, mode } = attrs as unknown as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
    const skipped = mode === 'reflect' ? 1 : 0;
    const fold = (dy: Tensor, [before, after]: [number, number], axis: number): Tensor => {
      const side = shape[axis]!;
      const part = (begin: number, size: number): Tensor =>
        tf.slice(
          dy,
          dy.shape.map((_, each) => (each === axis ? begin : 0)),
          dy.shape.map((length, each) => (each === axis ? size : length)),
        );
      const placed = (mirrored: Tensor, begin: number, size: number): Tensor =>
        tf.pad(
          tf.reverse(mirrored, axis),
          dy.shape.map((_, each): [number, number] => (each === axis ? [begin, side - begin - size] : [0, 0])),
        );
      let sum = part(before, side);
      if (before > 0) sum = tf.add(sum, placed(part(0, before), skipped, before));
      if (after > 0) sum = tf.add(sum, placed(part(before + side, after), side - skipped - after, after));
      return sum;
    };
    return { x: () => tf.tidy(() => paddings.reduce(fold, output as Tensor)) };
  },
};

/** Gradient of Cumsum: summed from the other end. The stock one exchanges axes for all but the last. */
const cumsum: GradConfig = {
  kernelName: 'Cumsum',
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) };
  },
};

/** ±2·(a − b)·dy, summed where an input was repeated, which the stock one leaves out. */
const squaredDifference: GradConfig = {
  kernelName: 'SquaredDifference',
  inputsToSave: ['a', 'b'],
  gradFunc: (output, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    const change = (x: Tensor, y: Tensor): Tensor => tf.mul(output as Tensor, tf.mul(2, tf.sub(x, y)));
    return { a: () => unbroadcast(change(a, b), a), b: () => unbroadcast(change(b, a), b) };
  },
};

/** Zero wherever it exists: whole quotients change in steps. The stock one is that of a plain division. */
const floorDiv: GradConfig = {
  kernelName: 'FloorDiv',
  inputsToSave: ['a', 'b'],
  gradFunc: (_, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return { a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) };
  },
};

/** Gradients of operations that move elements or that the stock gradients differentiate for equal shapes only. */
export const STRUCTURE: readonly GradConfig[] = [mirrorPad, cumsum, squaredDifference, floorDiv];
