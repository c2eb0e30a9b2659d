import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { findArchitecture } from '../src/training/architectures/registry';
import type { LayersModel, Minibatch } from '../src/core/model/trainableNetwork';
import { BATCH, MINIBATCHES } from './taskNames';
import { randomSequence } from './statistics';

export const TRAINING_SIDE = 28;
const CLASSES = 10;

/** The network of every contender: the post's deep network for 28 × 28 grey pictures. */
export function trainingModel(): LayersModel {
  return findArchitecture('deep-network')!.build(
    { height: TRAINING_SIDE, width: TRAINING_SIDE, channels: 1 },
    CLASSES,
    1,
  );
}

/** Seeded noise in [0, 1], brighter by class. */
export function trainingBatches(): readonly Minibatch[] {
  const random = randomSequence(3);
  return Array.from({ length: MINIBATCHES }, (_, seed) => {
    const labels = Uint16Array.from({ length: BATCH }, () => Math.floor(random() * CLASSES));
    const pixels = Float32Array.from(
      { length: BATCH * TRAINING_SIDE * TRAINING_SIDE },
      (__, at) => (random() + labels[Math.floor(at / (TRAINING_SIDE * TRAINING_SIDE))]! / CLASSES) / 2,
    );
    return { pixels, labels, count: BATCH, seed };
  });
}

/** Writes weights and minibatches for PyTorch: raw numbers one after the other, and what they are. */
export function exportTraining(folder: string): void {
  const { weights } = trainingModel();
  const batches = trainingBatches();
  const join = (arrays: readonly ArrayLike<number>[]): Uint8Array =>
    new Uint8Array(Float32Array.from(arrays.flatMap((array) => Array.from(array))).buffer);
  const described = weights.map(({ name, shape }) => ({ name, shape }));
  const facts = { weights: described, side: TRAINING_SIDE, batch: BATCH, minibatches: MINIBATCHES };
  writeFileSync(path.join(folder, 'training.json'), JSON.stringify(facts));
  writeFileSync(path.join(folder, 'weights.bin'), join(weights.map(({ data }) => data)));
  writeFileSync(path.join(folder, 'pixels.bin'), join(batches.map(({ pixels }) => pixels)));
  writeFileSync(path.join(folder, 'labels.bin'), join(batches.map(({ labels }) => labels)));
}
