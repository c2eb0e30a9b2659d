import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/formats/npy/npy';
import { createRandom } from '../../src/core/random';
import type { ClassScore } from '../../src/core/result/record';
import type { RunRecord } from '../../src/training/run/record';
import type { Bundle } from '../engine/support/bundle';
import { bundleProgram, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import { writeGreyPng, writeLinearModel } from '../engine/support/linearModel';
import { type Ended, runProgram } from './support/runProgram';

const classes = ['cat', 'dog'];
let bundle: Bundle;
const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);

beforeAll(async () => {
  bundle = await bundleProgram('src/cli/main.ts', wasmFiles());
  const weights = [[0.1, 0], [0, -0.1], [0, 0.1], [0, 0]]; // prettier-ignore
  writeLinearModel(at('linear'), { height: 2, width: 2, weights, bias: [0, 0], classes });
  await writeDataset(at('data'), 24, 8);
  await writeDataset(at('large'), 500, 4);
});
afterAll(() => {
  bundle.remove();
  folder.remove();
});

/** Cats are bright on the left, dogs on the right, with noise that makes some of them hard. */
async function writeDataset(target: string, train: number, test: number): Promise<void> {
  const random = createRandom(3);
  for (const [part, count] of [
    ['train', train],
    ['test', test],
  ] as const)
    // prettier-ignore
    for (let index = 0; index < count; index++) {
      const kind = index % 2;
      const bytes = [0, 1, 0, 1].map((column) => Math.floor(100 * Number(column === kind) + 150 * random()));
      await writeGreyPng(path.join(target, part, classes[kind]!, `${index}.png`), bytes, 2, 2);
    }
}

function run(values: readonly string[], onError?: (text: string, interrupt: () => void) => void): Promise<Ended> {
  return runProgram(bundle.file, values, folder.path, onError);
}

async function json<T>(...values: string[]): Promise<T> {
  const { status, stdout, stderr } = await run([...values, '--json']);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

type TrainDocument = RunRecord & {
  readonly testAccuracy: number;
  readonly imagesPerSecond: number;
  readonly folder: string;
  readonly model: string;
};

const PLAN = ['--model', 'linear', '--batch-size', '8', '--validation', '0', '--learning-rate', '0.5'];
const WATCH = ['--watch', 'data/test/cat/0.png', '--watch', 'data/test/dog/1.png', '--checkpoints', 'every:1'];

describe('train', () => {
  it('trains, reports, and leaves a run that the other commands understand', async () => {
    const { status, stdout, stderr } = await run(['train', 'data', ...PLAN, ...WATCH, '--epochs', '2', '--optimizer', 'sgd', '--out', 'run', '--json']); // prettier-ignore
    expect(status).toBe(0);
    expect(stderr).toMatch(/dense +Dense +2 +10$/m);
    expect(stderr).toMatch(/^10 parameters, 10 of them trained$/m);
    expect(stderr).toMatch(/^epoch 1\/2: loss [\d.]+, accuracy [\d.]+ %, \d+ s\nepoch 2\/2: /m);
    expect(stderr).not.toContain('\r');
    const document = JSON.parse(stdout) as TrainDocument;
    expect(document).toMatchObject({
      kind: 'training',
      status: 'finished',
      name: 'run',
      step: 6,
      steps: 6,
      folder: at('run'),
      options: { epochs: 2, batchSize: 8, seed: 0, validationShare: 0, optimizer: { kind: 'sgd', learningRate: 0.5 } },
      watched: [{ name: '0.png', label: 0, labelSource: 'folder name' }, { label: 1 }],
    });
    expect(document.imagesPerSecond).toBeGreaterThan(0);
    expect(readdirSync(at('run', 'checkpoints'))).toHaveLength(7);

    // The accuracy is that of the saved model on the test images.
    const images = classes.flatMap((name) => readdirSync(at('data', 'test', name)).map((file) => path.join('data', 'test', name, file))); // prettier-ignore
    const { results } = await json<{ results: { image: { path: string }; classes: ClassScore[] }[] }>('predict', ...images, '--model', document.model); // prettier-ignore
    const right = results.filter(({ image, classes: [first] }) => image.path.includes(`${path.sep}${first!.name}${path.sep}`)); // prettier-ignore
    expect(document.testAccuracy).toBeCloseTo(right.length / images.length, 10);

    // The sum over the checkpoints is the one that was made live.
    const { label } = document.watched[1]!;
    const summed = await json<{ checkpoints: unknown[] }>('integrate', 'data/test/dog/1.png', '--checkpoints', 'run', '--label', String(label), '--save-map', 'sum.npy', '--out', 'sum.png'); // prettier-ignore
    expect(summed.checkpoints).toHaveLength(7);
    expect(existsSync(at('sum.png'))).toBe(true);
    const { files } = await json<{ files: string[] }>('export-run', 'run', '--what', 'maps-npy', '--images', '1', '--out', 'maps'); // prettier-ignore
    const live = files.find((file) => file.endsWith('-integrated.npy'))!;
    const [over, during] = [at('sum.npy'), live].map((file) => decodeNpy(readFileSync(file), file));
    expect(over!.shape).toEqual([2, 2, 1]);
    over!.data.forEach((value, index) => expect(value).toBeCloseTo(during!.data[index]!, 5));
    expect(Math.max(...over!.data.map(Math.abs))).toBeGreaterThan(0.01);

    for (const [what, name] of [['animation-gif', 'training.gif'], ['figure-png', 'training.png'], ['frames-png', 'frame-000000.png']] as const) // prettier-ignore
      expect((await json<{ files: string[] }>('export-run', 'run', '--what', what, '--out', what)).files[0]).toBe(at(what, name)); // prettier-ignore
  });

  it('is readable without --json', async () => {
    const { status, stdout } = await run(['train', 'data', '--model', 'linear', '--epochs', '1', '--out', 'plain']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^test accuracy +[\d.]+ % of 8 images$/m);
    expect(stdout).toMatch(/^data set +.*24 \+ 8 images, 2 classes$/m);
  });

  it.skipIf(process.platform === 'win32')('Ctrl-C keeps everything, and the run can be continued', async () => {
    const stop = (text: string, interrupt: () => void) => {
      if (text.includes('epoch 1/')) interrupt();
    };
    const plan = ['train', 'large', '--model', 'linear', '--batch-size', '1', '--epochs', '6', '--validation', '0'];
    const stopped = await run([...plan, '--out', 'stopped', '--json'], stop);
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toContain(`gradient-lens train --continue ${at('stopped')}`);
    const record = JSON.parse(stopped.stdout) as TrainDocument;
    expect(record.status).toBe('stopped');
    expect(record.step).toBeGreaterThanOrEqual(500);
    expect(record.step).toBeLessThan(3000);
    const continued = await json<TrainDocument>('train', '--continue', 'stopped');
    expect(continued).toMatchObject({ status: 'finished', step: 3000, id: record.id });
  });
});

describe('what a data set leaves to be said', () => {
  beforeAll(async () => {
    await writeDataset(at('mixed'), 12, 4);
    writeFileSync(at('mixed', 'train', 'cat', 'broken.jpg'), 'no picture at all');
    writeFileSync(at('mixed', 'train', 'dog', 'empty.png'), '');
    mkdirSync(at('mixed', 'train', 'owl'));
    await writeGreyPng(at('mixed', 'train', 'cat', 'wide.png'), [1, 2, 3, 4, 5, 6], 3, 2);
    for (const name of ['1.png', '2.png']) await writeGreyPng(at('single', 'cat', name), [1, 2, 3, 4], 2, 2);
    mkdirSync(at('linked'));
    if (process.platform !== 'win32')
      for (const name of classes) symlinkSync(at('data', 'train', name), at('linked', name));
  });

  it('is said on standard error, with the files that are left out, and kept', async () => {
    const { status, stdout, stderr } = await run(['train', 'mixed', '--model', 'linear', '--epochs', '1', '--height', '2', '--width', '2', '--out', 'told', '--json']); // prettier-ignore
    expect(status).toBe(0);
    const lines = stderr.split('\n');
    for (const line of [
      'Warning: 2 files could not be read and are left out.',
      'Warning: The folder "owl" holds no pictures to train on and is no class.',
    ])
      expect(lines.filter((each) => each === line)).toHaveLength(1);
    expect(stderr).toMatch(/^ {2}train\/cat\/broken\.jpg: It holds .*$/m);
    expect(stderr).toMatch(/^ {2}train\/dog\/empty\.png: .*$/m);
    // Before the first epoch, not after the last.
    expect(stderr.indexOf('could not be read')).toBeLessThan(stderr.indexOf('epoch 1/1'));
    expect((JSON.parse(stdout) as TrainDocument).dataset.info.unreadableCount).toBe(2);
  });

  it('is a refusal that names the right thing', async () => {
    const single = await run(['train', 'single', '--model', 'linear', '--out', 'none']);
    expect(single.stderr).toMatch(/^"single" has images of one class only, "cat", to train on\.$/m);
  });

  it.skipIf(process.platform === 'win32')('names links out of it, which --follow-links follows', async () => {
    const refused = await run(['train', 'linked', '--model', 'linear', '--out', 'none']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('"cat", "dog" are links that lead out of the data set');
    const followed = await run(['train', 'linked', '--follow-links', '--model', 'linear', '--epochs', '1', '--out', 'followed', '--json']); // prettier-ignore
    expect((JSON.parse(followed.stdout) as TrainDocument).dataset.info.trainCount).toBeGreaterThan(10);
  });
});

it.skipIf(process.platform === 'win32')(
  'files that may not grow end it by a sentence, and nothing is left or named',
  async () => {
    const { status, stdout, stderr } = await new Promise<Ended>((resolve, reject) => {
      const line = `ulimit -f 1; exec "$0" "$@"`;
      const child = spawn('bash', ['-c', line, process.execPath, bundle.file, 'train', 'data', ...PLAN, '--out', 'tiny'], { cwd: folder.path }); // prettier-ignore
      let [out, error] = ['', ''];
      child.stdout.on('data', (text: Buffer) => (out += text.toString()));
      child.stderr.on('data', (text: Buffer) => (error += text.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ status: code, stdout: out, stderr: error }));
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/The run's (folder could not be written \(EFBIG\)|record could not be written)\.\nMake room there .* start again\.\n$/); // prettier-ignore
    expect(existsSync(at('tiny'))).toBe(false);
  },
);

describe('what the user can mend', () => {
  beforeAll(() => {
    mkdirSync(at('full'));
    writeFileSync(at('full', 'precious.txt'), 'precious');
  });

  it.each([
    [['train', '--model', 'linear', '--out', 'new'], /no data set/],
    [['train', 'data', '--out', 'new'], /no network/],
    [['train', 'data', '--model', 'linear', '--architecture', 'deep-network', '--out', 'new'], /two networks/],
    [['train', 'data', '--model', 'linear'], /no folder/],
    [['train', 'data', '--architecture', 'perceptron', '--out', 'new'], /perceptron/],
    [['train', 'data', '--architecture', 'deep-network', '--fresh', '--out', 'new'], /--fresh/],
    [['train', 'absent', '--model', 'linear', '--out', 'new'], /absent/],
    [['train', 'data', '--model', 'linear', '--out', 'full'], /not empty/],
    [['train', 'data', '--model', 'linear', '--out', 'new', '--epochs', 'many'], /many/],
    [['train', 'data', '--model', 'linear', '--out', 'new', '--epochs', '0'], /epochs/],
    [['train', 'data', '--model', 'linear', '--out', 'new', '--checkpoints', 'every:'], /every:/],
    [['train', 'data', '--model', 'linear', '--out', 'new', '--watch', 'absent.png'], /absent\.png/],
    [['train', '--continue', 'run', '--epochs', '3'], /keeps its options/],
    [['train', 'data', '--continue', 'run'], /keeps its data set/],
    [['train', '--continue', 'absent'], /run/],
    [['integrate', 'data/test/cat/0.png', '--checkpoints', 'full', '--label', 'cat'], /no checkpoints/],
    [['integrate', 'data/test/cat/0.png', '--checkpoints', 'run', '--label', 'owl'], /owl/],
    [['integrate', 'data/test/cat/0.png', '--checkpoints', 'run'], /label/],
    [['integrate', 'data/test/cat/0.png', '--checkpoints', 'run', '--label', 'cat', '--param', 'reduction=x'], /"x"/],
    [['export-run', 'run', '--what', 'maps-npy', '--out', 'full'], /holds files/],
    [['export-run', 'full', '--what', 'maps-npy', '--out', 'new'], /run/],
    [['export-run', 'run', '--what', 'film', '--out', 'new'], /film/],
    [['fetch', 'imagenet', '--out', 'new'], /imagenet/],
  ])('%j: a sentence, a hint, status 2, nothing written', async (values, message) => {
    const { status, stdout, stderr } = await run(values);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(existsSync(at('new'))).toBe(false);
    expect(readdirSync(at('full'))).toEqual(['precious.txt']);
  });
});
