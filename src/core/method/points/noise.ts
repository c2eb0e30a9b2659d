import { createRandom, deriveSeed, drawNormalPoint } from '../../random';

/**
 * target = image + σ·ε, ε from N(0, 1) drawn by the seed and the number of the point alone, two at a time.
 */
export function addNoise(
  target: Float32Array,
  image: Float32Array,
  deviation: number,
  seed: number,
  point: number,
): void {
  const random = createRandom(deriveSeed(seed, point));
  for (let index = 0; index < image.length; index += 2) {
    const { radius, angle } = drawNormalPoint(random);
    target[index] = image[index]! + deviation * radius * Math.cos(angle);
    if (index + 1 < image.length) target[index + 1] = image[index + 1]! + deviation * radius * Math.sin(angle);
  }
}

/** target = image + ε, ε drawn evenly from [−radius, radius) by the seed and the number of the point alone. */
export function addEvenNoise(
  target: Float32Array,
  image: Float32Array,
  radius: number,
  seed: number,
  point: number,
): void {
  const random = createRandom(deriveSeed(seed, point));
  for (let index = 0; index < image.length; index++) target[index] = image[index]! + radius * (2 * random() - 1);
}
