import type { ImageBatch } from '../../src/core/image/pixels';
import { FASHION_MNIST_CLASSES } from '../../src/training/data/fashionMnist';
import type { LabelledImages } from './images';
import { imageSize } from './images';

const classes = FASHION_MNIST_CLASSES.length;

/** All pictures in pixel space. */
export function pixelBatch({ pixels, labels }: LabelledImages): ImageBatch {
  const data = Float32Array.from(pixels, (value) => value / 255);
  return { data, count: labels.length, height: imageSize, width: imageSize, channels: 1 };
}

/** The most probable class in row `index` of `probabilities` (count × 10). */
export function likeliestClass(probabilities: Float32Array, index: number): number {
  const row = probabilities.subarray(index * classes, (index + 1) * classes);
  return row.indexOf(Math.max(...row));
}

/** Share of the rows of `probabilities` (count × 10) whose most probable class is the label. */
export function accuracyOf(probabilities: Float32Array, labels: Uint8Array): number {
  const correct = labels.filter((label, index) => likeliestClass(probabilities, index) === label);
  return correct.length / labels.length;
}
