import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainingOptions } from '../../../src/training/options';
import { DEFAULT_TRAINING } from '../../../src/training/options';
import type { RunContents } from '../../../src/training/run/contents';
import type { TestApi } from '../../../src/extension/testApi';
import type { ToTraining } from '../../../src/protocol/training';
import { closePanel, execute, until } from './host';

export const SIDE = 16;

/** Grey pictures of two classes, told apart by which half is bright, in a folder for each. */
export async function writePictures({ engine }: TestApi, folder: string, each = 12): Promise<void> {
  for (const [place, name] of ['left', 'right'].entries()) {
    mkdirSync(path.join(folder, name), { recursive: true });
    for (let number = 0; number < each; number++) {
      const data = Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
        const bright = (index % SIDE < SIDE / 2 ? 0 : 1) === place;
        return (bright ? 0.7 : 0.1) + ((index * 7 + number * 13) % 10) / 50;
      });
      const png = await engine.calls.encode({ image: { data, height: SIDE, width: SIDE, channels: 1 }, format: 'png' });
      writeFileSync(path.join(folder, name, `${String(number).padStart(2, '0')}.png`), png);
    }
  }
}

/** Short; a checkpoint after every minibatch. */
export function shortTraining(change: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    ...DEFAULT_TRAINING,
    epochs: 2,
    batchSize: 4,
    validationShare: 0,
    checkpoints: { kind: 'every', every: 1 },
    watch: { ...DEFAULT_TRAINING.watch, frameSide: SIDE },
    ...change,
  };
}

/** Collects what the page is sent. */
export function listen({ training }: TestApi): { readonly posted: ToTraining[]; readonly stop: () => void } {
  const posted: ToTraining[] = [];
  const listener = training.panel.onDidPost((message) => posted.push(message));
  return { posted, stop: () => void listener.dispose() };
}

/** Whether the page was told what is in the data set: with a message of its own, or as it appeared. */
export function toldDataset(posted: readonly ToTraining[]): boolean {
  return posted.some(
    (message) =>
      (message.type === 'dataset' && message.dataset.info !== undefined) ||
      (message.type === 'state' && message.state.kind === 'form' && message.state.form.dataset?.info !== undefined),
  );
}

/** Waits until the page is in sight and follows the training. */
export async function followed(host: TestApi): Promise<void> {
  const { posted, stop } = listen(host);
  await until(() => posted.some(({ type }) => type === 'event'), 'the page to follow the training');
  stop();
}

/** Starts a training of what is chosen; the folder of the run. */
export async function start(host: TestApi, options: TrainingOptions, name = ''): Promise<string> {
  const { training } = host;
  const { posted, stop } = listen(host);
  await training.answer({ type: 'start', plan: { network: 'deep-network', fresh: false, name, options } });
  stop();
  const failed = posted.find((message) => message.type === 'failed')?.error;
  const { folder } = training.session;
  assert.ok(
    folder !== undefined,
    `no run was begun: ${failed ? `${failed.message} ${failed.hint}` : 'nothing is said'}`,
  );
  return folder;
}

/** Stops what is still trained, and forgets the watched images, which the next suite does not have. */
export async function cleanUp(host: TestApi): Promise<void> {
  const { training } = host;
  if (training.training.live) await execute('gradientLens.stopTraining');
  await until(() => !training.training.live, 'the training to end', 30);
  while (training.choices.watchedPaths.length > 0) await training.answer({ type: 'removeWatched', index: 0 });
  await closePanel(host);
}

/** Waits until nothing is trained, and reads what came of it. */
export async function ended({ training }: TestApi, folder: string): Promise<RunContents> {
  await until(() => !training.training.live, 'the training to end', 60);
  return training.host.calls.run({ folder });
}
