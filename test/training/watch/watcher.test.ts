import { describe, expect, it } from 'vitest';
import type { TrainableNetwork } from '../../../src/core/model/trainableNetwork';
import { DEFAULT_TRAINING } from '../../../src/training/options';
import { readFrame } from '../../../src/training/frames/frameRecord';
import { quantizeSigned, quantizeUnsigned } from '../../../src/training/watch/quantize';
import { createShrink, frameSizeOf } from '../../../src/training/watch/shrink';
import { createWatcher } from '../../../src/training/watch/watcher';
import { CLASSES, SIZE, softmax, softmaxNetwork, watchedOf } from '../support';

const options = DEFAULT_TRAINING.watch;

describe('the running sum', () => {
  it('of J = ½(θ·a − y)² over θ₁ = (1, 0), θ₂ = (1, 1) at a = (2, 3), y = 1 is (5, 4)', async () => {
    const thetas = [
      [1, 0],
      [1, 1],
    ] as const;
    const image = Float32Array.of(2, 3);
    let looks = 0;
    const scripted: TrainableNetwork = {
      ...softmaxNetwork({ height: 1, width: 2, channels: 1 }, 2),
      watch: async ({ pixels }) => {
        const theta = thetas[looks++]!;
        const error = theta[0] * pixels[0]! + theta[1] * pixels[1]! - 1;
        return {
          logits: Float32Array.of(0, 0),
          scoreGradient: Float32Array.from(theta),
          lossGradient: Float32Array.from(theta, (weight) => error * weight),
        };
      },
    };
    const watcher = createWatcher(scripted, { pixels: image, labels: Uint16Array.of(0), count: 1 }, options);
    await watcher.look(1);
    await watcher.look(2);
    expect(Array.from(watcher.sums.signed)).toEqual([5, 4]);
    expect(Array.from(watcher.sums.absolute)).toEqual([5, 4]);
    expect(Array.from(watcher.sums.last)).toEqual([4, 4]);
    expect(watcher.sums.count).toBe(2);
  });

  it('is exact where float32 would lose what is added', async () => {
    let looks = 0;
    const scripted: TrainableNetwork = {
      ...softmaxNetwork({ height: 1, width: 1, channels: 1 }, 2),
      watch: async () => ({
        logits: Float32Array.of(0, 0),
        scoreGradient: Float32Array.of(0),
        lossGradient: Float32Array.of([2 ** 25, 1, -(2 ** 25)][looks++]!),
      }),
    };
    const one = { pixels: Float32Array.of(1), labels: Uint16Array.of(0), count: 1 };
    const watcher = createWatcher(scripted, one, options);
    for (let step = 0; step < 3; step++) await watcher.look(step);
    expect(watcher.sums.signed[0]).toBe(1);
    expect(watcher.sums.absolute[0]).toBe(2 ** 26 + 1);
  });
});

describe('a frame', () => {
  it('holds |∂O_c/∂a| ∘ a and ∂J/∂a of every image to 8 bits, with prediction and loss', async () => {
    const size = { ...SIZE, channels: 3 } as const;
    const network = softmaxNetwork(size, CLASSES);
    const images = watchedOf(size, CLASSES);
    const watcher = createWatcher(network, images, options);
    const frame = readFrame((await watcher.look(6)).slice(), watcher.layout);
    const logits = await network.predict(images.pixels, images.count);
    const kernel = network.weights[0]!.values;
    expect(frame.step).toBe(6);
    expect(watcher.layout.size).toEqual({ height: 4, width: 4 });
    frame.images.forEach((seen, n) => {
      const own = Array.from(logits.subarray(n * CLASSES, (n + 1) * CLASSES));
      const probabilities = softmax(own);
      const top = own.indexOf(Math.max(...own));
      expect(seen.predicted).toBe(top);
      expect(seen.probability).toBeCloseTo(probabilities[top]!, 5);
      expect(seen.loss).toBeCloseTo(-Math.log(probabilities[n]!), 5);
      for (let pixel = 0; pixel < 16; pixel++) {
        let score = 0;
        let loss = 0;
        for (let i = 3 * pixel; i < 3 * pixel + 3; i++) {
          score += Math.abs(kernel[i * CLASSES + top]!) * images.pixels[n * 48 + i]!;
          loss += probabilities.reduce((sum, p, k) => sum + (p - (k === n ? 1 : 0)) * kernel[i * CLASSES + k]!, 0);
        }
        expect(Math.abs(seen.gradientXInput[pixel]! * seen.gradientXInputScale - score)).toBeLessThanOrEqual(
          0.501 * seen.gradientXInputScale,
        );
        expect(Math.abs(seen.lossGradient[pixel]! * seen.lossGradientScale - loss)).toBeLessThanOrEqual(
          0.501 * seen.lossGradientScale,
        );
      }
    });
  });

  it('uses all 8 bits, and is 0 where there is nothing', () => {
    const bytes = new Uint8Array(3);
    expect(quantizeUnsigned(Float32Array.of(0, 1, 2), bytes)).toBeCloseTo(2 / 255, 9);
    expect(Array.from(bytes)).toEqual([0, 128, 255]);
    const signed = new Int8Array(3);
    quantizeSigned(Float32Array.of(-4, 1, Number.NaN), signed);
    expect(Array.from(signed)).toEqual([-127, 32, 0]);
    expect(quantizeSigned(new Float32Array(3), signed)).toBe(0);
    expect(Array.from(signed)).toEqual([0, 0, 0]);
  });
});

describe('shrinking', () => {
  it('keeps proportions and never enlarges', () => {
    expect(frameSizeOf({ height: 256, width: 512 }, 128)).toEqual({ height: 64, width: 128 });
    expect(frameSizeOf({ height: 28, width: 28 }, 128)).toEqual({ height: 28, width: 28 });
    expect(frameSizeOf({ height: 1, width: 1000 }, 128)).toEqual({ height: 1, width: 128 });
  });

  it('takes means over areas, also over parts of pixels', () => {
    const target = new Float32Array(2);
    createShrink({ height: 1, width: 3 }, { height: 1, width: 2 })(Float32Array.of(3, 6, 9), target);
    expect(target[0]).toBeCloseTo((3 + 6 / 2) / 1.5, 6);
    expect(target[1]).toBeCloseTo((6 / 2 + 9) / 1.5, 6);
  });

  it('keeps the mean of any map', () => {
    const map = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i));
    const target = new Float32Array(6);
    createShrink({ height: 5, width: 7 }, { height: 2, width: 3 })(map, target);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(target)).toBeCloseTo(mean(map), 6);
  });
});
