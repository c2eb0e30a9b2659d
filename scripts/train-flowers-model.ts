/**
 * Trains the bundled flowers model with the product's own trainer and writes `media/models/flowers`.
 *
 *     npx tsx scripts/train-flowers-model.ts [--data ../shared/data/flowers256] [--out folder] [--continue folder]
 *
 * The pictures are not part of the project: a folder with `train` and `test`, each with a folder per class. The run's folder
 * keeps everything and can be continued; the model is copied out of it when the run is finished. Seeded: the same engine on the
 * same machine repeats it bit by bit.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createTrainingService } from '../src/engine/training/localTrainingService';
import type { TrainingEvent, TrainRequest } from '../src/engine/calls/training';
import { DEFAULT_TRAINING, type TrainingOptions } from '../src/training/options';

const target = resolve(__dirname, '..', 'media', 'models', 'flowers');

const recipe: TrainingOptions = {
  ...DEFAULT_TRAINING,
  epochs: 10,
  seed: 7,
  optimizer: { ...DEFAULT_TRAINING.optimizer, schedule: 'cosine', weightDecay: 0.01 },
  augmentation: { flip: true, shift: 0.1, crop: 0 },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '../shared/data/flowers256' },
      out: { type: 'string', default: '.cache/flowers-run' },
      continue: { type: 'string' },
    },
  });
  const folder = resolve(values.continue ?? values.out);
  const request: TrainRequest =
    values.continue === undefined
      ? {
          folder,
          name: 'Flowers, deep network',
          network: 'deep-network',
          dataset: { path: resolve(values.data) },
          options: recipe,
          watched: [],
          engine: 'onnx',
        }
      : { folder, continue: true };
  const service = createTrainingService();
  const { status, message, test } = await service.train(request, { progress: report });
  await service.dispose();
  if (status !== 'finished' || test === undefined) throw new Error(message ?? `The run is ${status}`);
  await mkdir(target, { recursive: true });
  for (const file of ['model.json', 'weights.bin']) await copyFile(join(folder, 'model', file), join(target, file));
  const spec = JSON.parse(await readFile(join(folder, 'model', 'lens.json'), 'utf8')) as object;
  await writeFile(join(target, 'lens.json'), `${JSON.stringify({ ...spec, name: 'Flowers deep network' }, null, 2)}\n`);
  console.log(`test accuracy ${(100 * test.accuracy).toFixed(2)} % of ${test.count} pictures`);
}

function report(event: TrainingEvent): void {
  if (event.kind !== 'epoch') return;
  const { epoch, loss, accuracy, validation, seconds } = event.result;
  const held = validation === undefined ? '' : `, validation ${(100 * validation.accuracy).toFixed(1)} %`;
  const train = `loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
  console.log(`epoch ${epoch}/${recipe.epochs}: ${train}${held}, ${seconds.toFixed(0)} s`);
}

void main();
