import { setImmediate } from 'node:timers/promises';
import { crossEntropyAt, predictedAt } from '../core/model/crossEntropy';
import type { ImageSet } from './data/dataset';
import { createLeftOut, readReadable, type LeftOut } from './data/leftOut';
import type { TrainableNetwork } from '../core/model/trainableNetwork';

export interface Evaluation {
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Share whose most probable class is their label. */
  readonly accuracy: number;
  readonly count: number;
}

export interface EvaluationJob {
  readonly progress?: (done: number, total: number) => void;
  /** Asked between chunks; true ends the work. */
  readonly isUnwanted?: () => boolean;
  /** Gets the pictures that cannot be read. */
  readonly leftOut?: LeftOut;
}

const CHUNK = 64;

/**
 * Mean loss and accuracy of a network on a set that is not empty, by inference, over the images that can be read; undefined where
 * it became unwanted, or none can be read.
 */
export async function evaluate(
  network: TrainableNetwork,
  set: ImageSet,
  { progress, isUnwanted, leftOut = createLeftOut(set.count) }: EvaluationJob = {},
): Promise<Evaluation | undefined> {
  const { classes, input } = network;
  const size = input.height * input.width * input.channels;
  const pixels = new Float32Array(Math.min(CHUNK, set.count) * size);
  let loss = 0;
  let correct = 0;
  let counted = 0;
  for (let start = 0; start < set.count; start += CHUNK) {
    const wanted = Uint32Array.from({ length: Math.min(CHUNK, set.count - start) }, (_, place) => start + place);
    const chunk = pixels.subarray(0, wanted.length * size);
    const kept = await readReadable(set, wanted, chunk, leftOut);
    const count = kept.length;
    const logits = count === 0 ? new Float32Array() : await network.predict(chunk.subarray(0, count * size), count);
    kept.forEach((place, row) => {
      const label = set.labels[start + place]!;
      loss += crossEntropyAt(logits, row * classes, classes, label);
      if (predictedAt(logits, row * classes, classes) === label) correct++;
    });
    counted += count;
    progress?.(start + wanted.length, set.count);
    await setImmediate();
    if (isUnwanted?.()) return undefined;
  }
  if (counted === 0) return undefined;
  return { loss: loss / counted, accuracy: correct / counted, count: counted };
}
