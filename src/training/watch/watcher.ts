import { crossEntropyAt, predictedAt, probabilityAt } from '../../core/model/crossEntropy';
import type { TrainableNetwork } from '../../core/model/trainableNetwork';
import type { WatchOptions } from '../options';
import type { FrameLayout } from '../frames/frameRecord';
import { frameBytes, frameMaps, writeFacts, writeStep } from '../frames/frameRecord';
import { quantizeSigned, quantizeUnsigned } from './quantize';
import { createShrink, frameSizeOf } from './shrink';

/** Images whose attribution is followed through the training, at the network's size. */
export interface WatchedImages {
  /** count × H × W × C in [0, 1]. */
  readonly pixels: Float32Array;
  readonly labels: Uint16Array;
  readonly count: number;
}

/** Sums over the watched configurations θₙ, count × H × W × C each, at full resolution. */
export interface RunningSums {
  /** How many configurations were summed. */
  count: number;
  /** Σₙ ∂J(O(a; θₙ), y)/∂a. */
  readonly signed: Float64Array;
  /** Σₙ |∂J(O(a; θₙ), y)/∂a|. */
  readonly absolute: Float64Array;
  /** ∂J/∂a of the last configuration. */
  readonly last: Float32Array;
}

export interface Watcher {
  readonly layout: FrameLayout;
  readonly sums: RunningSums;
  /** Looks at the network as it is after `step` minibatches: adds to the sums and gives the frame, valid until the next look ends. */
  look(step: number): Promise<Uint8Array>;
}

/**
 * Follows ∂J(O(a; θₙ), y)/∂a and |∂O_c(a; θₙ)/∂a| ∘ a of images through the configurations θₙ of a network in training, summed
 * exactly (float64) and kept as 8-bit frames with channels summed. Source: the training-integrated attribution of the post that
 * the project starts from (DESIGN §5).
 */
export function createWatcher(network: TrainableNetwork, images: WatchedImages, options: WatchOptions): Watcher {
  const { input, classes } = network;
  const area = input.height * input.width;
  const values = area * input.channels;
  const layout: FrameLayout = { size: frameSizeOf(input, options.frameSide), images: images.count };
  const shrink = createShrink(input, layout.size);
  const frame = new Uint8Array(frameBytes(layout));
  const flat = new Float32Array(area);
  const small = new Float32Array(layout.size.height * layout.size.width);
  const sums: RunningSums = {
    count: 0,
    signed: new Float64Array(images.count * values),
    absolute: new Float64Array(images.count * values),
    last: new Float32Array(images.count * values),
  };

  function add(gradient: Float32Array): void {
    const { signed, absolute } = sums;
    for (let i = 0; i < signed.length; i++) {
      const value = gradient[i]!;
      signed[i] = signed[i]! + value;
      absolute[i] = absolute[i]! + Math.abs(value);
    }
    sums.last.set(gradient);
    sums.count++;
  }

  /** |∂O_c/∂a| ∘ a of image `index`, channels summed, then shrunk into `small`. */
  function showScore(gradient: Float32Array, index: number): void {
    for (let pixel = 0, at = index * values; pixel < area; pixel++) {
      let sum = 0;
      for (let channel = 0; channel < input.channels; channel++, at++)
        sum += Math.abs(gradient[at]!) * images.pixels[at]!;
      flat[pixel] = sum;
    }
    shrink(flat, small);
  }

  /** ∂J/∂a of image `index`, likewise. */
  function showLoss(gradient: Float32Array, index: number): void {
    for (let pixel = 0, at = index * values; pixel < area; pixel++) {
      let sum = 0;
      for (let channel = 0; channel < input.channels; channel++, at++) sum += gradient[at]!;
      flat[pixel] = sum;
    }
    shrink(flat, small);
  }

  return {
    layout,
    sums,
    async look(step) {
      const { logits, scoreGradient, lossGradient } = await network.watch({ ...images, scoreOf: options.scoreOf });
      add(lossGradient);
      writeStep(frame, step);
      for (let index = 0; index < images.count; index++) {
        const start = index * classes;
        const predicted = predictedAt(logits, start, classes);
        const maps = frameMaps(frame, layout, index);
        showScore(scoreGradient, index);
        const gradientXInputScale = quantizeUnsigned(small, maps.gradientXInput);
        showLoss(lossGradient, index);
        const lossGradientScale = quantizeSigned(small, maps.lossGradient);
        writeFacts(frame, layout, index, {
          predicted,
          probability: probabilityAt(logits, start, classes, predicted),
          loss: crossEntropyAt(logits, start, classes, images.labels[index]!),
          gradientXInputScale,
          lossGradientScale,
        });
      }
      return frame;
    },
  };
}
