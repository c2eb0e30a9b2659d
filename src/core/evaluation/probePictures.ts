import type { PixelImage } from '../image/pixels';
import { type ModelInput, pictureInput } from '../model/modelInfo';

/**
 * Three pictures that mean nothing, the same for the same seed: waves (smooth, as photographs are at large scale), waves with
 * grain, and noise. height × width × channels in [0.1, 0.9], so that a step of a finite difference stays in [0, 1].
 */
export function probePictures(
  input: Pick<ModelInput, 'height' | 'width' | 'channels'>,
  seed: number,
): readonly [PixelImage, PixelImage, PixelImage] {
  const { height, width, channels } = pictureInput(input);
  const random = mulberry32(seed);
  const picture = (wave: number, grain: number): PixelImage => {
    const waves = Array.from({ length: channels }, () => planeWaves(random));
    const data = new Float32Array(height * width * channels);
    for (let index = 0; index < data.length; index++) {
      const pixel = Math.floor(index / channels);
      const x = (pixel % width) / width;
      const y = Math.floor(pixel / width) / height;
      const value = wave * waves[index % channels]!(x, y) + grain * (2 * random() - 1);
      data[index] = 0.5 + 0.4 * value;
    }
    return { data, height, width, channels };
  };
  return [picture(1, 0), picture(0.8, 0.2), picture(0, 1)];
}

/** The mean of a few plane waves of up to four periods, in [−1, 1]. */
function planeWaves(random: () => number): (x: number, y: number) => number {
  const waves = Array.from({ length: 5 }, () => ({
    x: 8 * random() - 4,
    y: 8 * random() - 4,
    phase: random(),
  }));
  return (x, y) =>
    waves.reduce((sum, wave) => sum + Math.sin(2 * Math.PI * (wave.x * x + wave.y * y + wave.phase)), 0) / waves.length;
}

/** Tommy Ettinger's 32-bit generator: numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
