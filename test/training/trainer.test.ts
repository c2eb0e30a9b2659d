import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainerEvent } from '../../src/training/events';
import type { TrainableNetwork } from '../../src/core/model/trainableNetwork';
import { readRecord } from '../../src/training/run/recordFile';
import { CLASSES, makeSet, SIZE, softmaxNetwork, trainSmall, useFolders, watchedOf } from './support';

const newFolder = useFolders();

/** Every file of a run that must be the same for two runs of one seed. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(npy|bin|json)$|minibatches\.csv/.test(name) && !/run\.json|state\.bin/.test(name),
  );
  return Object.fromEntries(
    files.sort().map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]),
  );
}

function ofKind<Kind extends TrainerEvent['kind']>(events: readonly TrainerEvent[], kind: Kind) {
  return events.filter((event): event is Extract<TrainerEvent, { kind: Kind }> => event.kind === kind);
}

const checkpoints = { kind: 'every', every: 1 } as const;
const watched = watchedOf(SIZE, CLASSES);

describe('a training', () => {
  it('learns, reports every minibatch in order, and leaves record, checkpoints, model and maps', async () => {
    const folder = newFolder();
    const { record, events } = await trainSmall({
      folder,
      watched,
      options: { epochs: 30, checkpoints: { kind: 'epochs', every: 1 } },
    });
    expect(record).toMatchObject({ status: 'finished', step: 90, steps: 90 });
    expect(record.epochs).toHaveLength(30);
    expect(record.test?.accuracy).toBe(1);
    expect(record.epochs[29]!.validation!.loss).toBeLessThan(record.epochs[0]!.validation!.loss);
    const steps = ofKind(events, 'minibatches').flatMap(({ firstStep, loss }) =>
      Array.from(loss, (_, i) => firstStep + i),
    );
    expect(steps).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
    expect(ofKind(events, 'checkpoint').map(({ step }) => step)).toEqual(
      Array.from({ length: 30 }, (_, i) => 3 * i + 3),
    );
    expect(ofKind(events, 'frame').at(-1)?.frame.step).toBe(90);
    expect(ofKind(events, 'record').map((event) => event.record.status)).toEqual(['running', 'finished']);
    expect(await readRecord(folder)).toEqual(record);
    expect(readdirSync(folder).sort()).toEqual(
      [
        'checkpoints',
        'epochs.csv',
        'frames.bin',
        'maps',
        'minibatches.csv',
        'model',
        'run.json',
        'run.lock',
        'state',
      ].filter((name) => name !== 'run.lock'),
    );
  });

  it('uses each image once an epoch, the partial last minibatch too', async () => {
    const seen: number[] = [];
    const network = softmaxNetwork(SIZE, CLASSES);
    const set = makeSet(SIZE, CLASSES, 10, 7);
    const counting: TrainableNetwork = { ...network, step: (batch) => (seen.push(batch.count), network.step(batch)) };
    const read: number[] = [];
    const train = {
      ...set,
      read: (indices: ArrayLike<number>, target: Float32Array) => (
        read.push(...Array.from(indices)),
        set.read(indices, target)
      ),
    };
    await trainSmall({ folder: newFolder(), network: counting, sets: { train, test: set }, options: { epochs: 2 } });
    expect(seen).toEqual([4, 4, 2, 4, 4, 2]);
    const [first, second] = [read.slice(0, 10), read.slice(10)];
    expect([...first].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...second].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second).not.toEqual(first);
  });

  it('is the same for the same seed and another for another', async () => {
    const [a, b, c] = [newFolder(), newFolder(), newFolder()];
    await trainSmall({ folder: a, watched });
    await trainSmall({ folder: b, watched });
    await trainSmall({ folder: c, watched, options: { seed: 1 } });
    expect(contents(a)).toEqual(contents(b));
    expect(contents(a)['frames.bin']).not.toBe(contents(c)['frames.bin']);
  });

  for (const kind of ['sgd', 'momentum', 'adam'] as const)
    it(`stopped and continued twice ends bit for bit as one without interruption (${kind})`, async () => {
      const options = {
        checkpoints,
        optimizer: { kind, learningRate: 0.05, momentum: 0.9, weightDecay: 0.01, schedule: 'cosine' as const },
        augmentation: { flip: true, shift: 0.3, crop: 0.2 },
      };
      const [whole, parts] = [newFolder(), newFolder()];
      const uninterrupted = await trainSmall({ folder: whole, watched, options });
      const stopAfter =
        (step: number) =>
        (event: TrainerEvent, { control }: { readonly control: { stop(): void } }) => {
          if (event.kind === 'checkpoint' && event.step === step) control.stop();
        };
      const first = await trainSmall({ folder: parts, watched, options, onEvent: stopAfter(2) });
      expect(first.record).toMatchObject({ status: 'stopped', step: 2 });
      expect(first.record.test).toBeDefined();
      const second = await trainSmall({ folder: parts, watched, options, continues: true, onEvent: stopAfter(6) });
      expect(second.record).toMatchObject({ status: 'stopped', step: 6 });
      // A network that was never trained: all must come from the state.
      const network = softmaxNetwork(SIZE, CLASSES, 12345);
      const last = await trainSmall({ folder: parts, watched, options, network, continues: true });
      expect(last.record).toMatchObject({ status: 'finished', step: 9, test: uninterrupted.record.test });
      const timeless = ({ record }: typeof last) => record.epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
      expect(timeless(last)).toEqual(timeless(uninterrupted));
      expect(contents(parts)).toEqual(contents(whole));
    });

  it('pauses, and goes on where it was', async () => {
    const folder = newFolder();
    let paused = false;
    const { record, events } = await trainSmall({
      folder,
      options: { checkpoints },
      onEvent: (event, { control }) => {
        if (event.kind === 'checkpoint' && event.step === 4) control.pause();
        if (event.kind !== 'record' || event.record.status !== 'paused') return;
        paused = true;
        expect(event.record.step).toBe(4);
        setTimeout(() => control.resume(), 20);
      },
    });
    expect(paused).toBe(true);
    expect(record).toMatchObject({ status: 'finished', step: 9 });
    expect(ofKind(events, 'record').map((event) => event.record.status)).toEqual([
      'running',
      'paused',
      'running',
      'finished',
    ]);
  });

  it('ends as failed with advice when the loss is not finite, and keeps the last good state', async () => {
    const folder = newFolder();
    const network = softmaxNetwork(SIZE, CLASSES);
    let steps = 0;
    const breaking: TrainableNetwork = {
      ...network,
      step: async (batch) => (++steps === 5 ? { loss: Number.NaN, correct: 0 } : network.step(batch)),
    };
    const { record } = await trainSmall({ folder, network: breaking, options: { checkpoints } });
    expect(record).toMatchObject({ status: 'failed', step: 4, diverged: true });
    expect(record.message).toMatch(/0\.001/);
    expect(readdirSync(path.join(folder, 'checkpoints'))).toEqual([
      '00000000',
      '00000001',
      '00000002',
      '00000003',
      '00000004',
    ]);
    expect(readdirSync(folder)).not.toContain('model');
  });

  it('lets other work have its turn', async () => {
    const network = softmaxNetwork(SIZE, CLASSES);
    const busy: TrainableNetwork = {
      ...network,
      step: (batch) => {
        const end = performance.now() + 10;
        while (performance.now() < end);
        return network.step(batch);
      },
    };
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await trainSmall({ folder: newFolder(), network: busy, options: { epochs: 10 } });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
