import { setImmediate } from 'node:timers/promises';
import { crossEntropyAt, predictedAt } from './crossEntropy';
import type { ImageSet } from './data/dataset';
import type { TrainableNetwork } from './network';

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
}

const CHUNK = 64;

/** Mean loss and accuracy of a network on a set that is not empty, by inference; undefined where it became unwanted. */
export async function evaluate(
  network: TrainableNetwork,
  set: ImageSet,
  { progress, isUnwanted }: EvaluationJob = {},
): Promise<Evaluation | undefined> {
  const { classes, input } = network;
  const size = input.height * input.width * input.channels;
  const pixels = new Float32Array(Math.min(CHUNK, set.count) * size);
  let loss = 0;
  let correct = 0;
  for (let start = 0; start < set.count; start += CHUNK) {
    const count = Math.min(CHUNK, set.count - start);
    const chunk = pixels.subarray(0, count * size);
    await set.read(
      Uint32Array.from({ length: count }, (_, place) => start + place),
      chunk,
    );
    const logits = await network.predict(chunk, count);
    for (let place = 0; place < count; place++) {
      const label = set.labels[start + place]!;
      loss += crossEntropyAt(logits, place * classes, classes, label);
      if (predictedAt(logits, place * classes, classes) === label) correct++;
    }
    progress?.(start + count, set.count);
    await setImmediate();
    if (isUnwanted?.()) return undefined;
  }
  return { loss: loss / set.count, accuracy: correct / set.count, count: set.count };
}
