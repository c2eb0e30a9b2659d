import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainRequest } from '../../../src/engine/calls/training';
import { createRandom } from '../../../src/core/random';
import { DEFAULT_TRAINING } from '../../../src/training/options';
import { writeGreyPng, writeLinearModel } from '../support/linearModel';

export type NewRun = Extract<TrainRequest, { readonly name: string }>;

/** Grey 4 × 4 pictures of two classes, bright above or bright below, and a linear network for them. */
export async function writeProject(folder: string, perClass = 12): Promise<{ data: string; network: string }> {
  const random = createRandom(5);
  const data = path.join(folder, 'data');
  for (const [index, name] of ['above', 'below'].entries())
    for (let n = 0; n < perClass; n++) {
      const bytes = Array.from({ length: 16 }, (_, i) => 60 * random() + (i < 8 === (index === 0) ? 150 : 20));
      await writeGreyPng(path.join(data, name, `${n}.png`), bytes.map(Math.round), 4, 4);
    }
  const weights = Array.from({ length: 16 }, () => [0.2 * random(), 0.2 * random()]);
  const network = writeLinearModel(path.join(folder, 'network'), {
    height: 4,
    width: 4,
    weights,
    bias: [0, 0],
    classes: ['above', 'below'],
  });
  return { data, network };
}

export function requestFor(folder: string, { data, network }: { data: string; network: string }): NewRun {
  return {
    folder,
    name: 'small',
    network,
    dataset: { path: data },
    engine: 'cpu',
    options: {
      ...DEFAULT_TRAINING,
      epochs: 4,
      batchSize: 4,
      optimizer: { ...DEFAULT_TRAINING.optimizer, learningRate: 0.05 },
      validationShare: 0.2,
      checkpoints: { kind: 'every', every: 1 },
    },
    watched: [{ path: path.join(data, 'above', '0.png') }, { path: path.join(data, 'below', '0.png'), label: 'above' }],
  };
}

/** The parts of a run that must not depend on how often it was interrupted. */
export function resultOf(folder: string): Record<string, string> {
  const files = [
    'model/weights.bin',
    'frames.bin',
    'minibatches.csv',
    'maps/00-0-integrated.npy',
    'maps/01-0-last.npy',
  ];
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]));
}
