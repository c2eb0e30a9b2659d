import type { PixelImage } from '../src/core/image/pixels';
import { type ModelInput, pictureInput } from '../src/core/model/modelInfo';
import { randomSequence } from './statistics';

/** A seeded picture of soft patches: every pixel in (0, 1), neighbours alike as in a photo. */
export function testImage(input: ModelInput): PixelImage {
  const { height, width, channels } = pictureInput(input);
  const next = randomSequence(7);
  const waves = Array.from({ length: 6 * channels }, () => [next() * 12, next() * 12, next() * 6] as const);
  const data = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [down, across, phase] of waves.slice(channel * 6, channel * 6 + 6))
          sum += Math.sin((down * y) / height + (across * x) / width + phase);
        data[(y * width + x) * channels + channel] = 0.5 + 0.07 * sum + 0.05 * (next() - 0.5);
      }
  return { data, height, width, channels };
}
