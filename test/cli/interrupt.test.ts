import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { createRandom } from '../../src/core/random';
import { endless } from '../runtime/controlFlow';
import type { Bundle } from '../engine/support/bundle';
import { bundleProgram, projectRoot, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import { writeGreyPng } from '../engine/support/linearModel';

/** Tells what ends from what hangs; a second is what is promised on a machine that has nothing else to do. */
const BOUND = 20_000;

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
let cli: Bundle;
let finishing: Bundle;
let held: Bundle;

beforeAll(async () => {
  [cli, finishing, held] = await Promise.all([
    bundleProgram('src/cli/main.ts', wasmFiles()),
    bundleProgram('test/engine/support/finishing.ts'),
    bundleProgram('test/engine/support/holding.ts'),
  ]);
  await writeGreyPng(at('x.png'), new Array<number>(64).fill(77), 8, 8);
  Object.values(endless).forEach((make, index) => writeFileSync(at(`endless-${index}.onnx`), make()));
  writeFileSync(at('slow.onnx'), slowModel());
});
afterAll(() => {
  cli.remove();
  finishing.remove();
  held.remove();
  folder.remove();
});

/** Minutes of convolutions by operators that are all known, on one weight. */
function slowModel(): Uint8Array {
  const builder = new GraphBuilder(operators);
  const channels = 256;
  const weight = builder.constant(
    floats(
      [channels, channels, 3, 3],
      Float32Array.from({ length: 9 * channels ** 2 }, (_, index) => Math.sin(index) / 50),
    ),
  );
  const first = builder.constant(floats([channels, 3, 1, 1], new Float32Array(3 * channels).fill(0.1)));
  let y = builder.add('Conv', [builder.input('x', { type: 'float32', shape: [1, 3, 128, 128] }), first], {});
  for (let layer = 0; layer < 150; layer++) y = builder.add('Conv', [y, weight], { pads: [1, 1, 1, 1] });
  return writeOnnx(builder.build([builder.add('Flatten', [builder.add('GlobalAveragePool', [y], {})], { axis: 1 })]));
}

function start(...values: string[]): ChildProcess {
  return spawn(process.execPath, [cli.file, ...values], { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Status as a shell reports it, where a process may end by a signal. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) =>
    child.once('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal!])),
  );
}

/** Waits, interrupts, and tells the status and the milliseconds until the end. */
async function interruptAfter(child: ChildProcess, delay: number): Promise<{ status: number; took: number }> {
  const end = ended(child);
  await setTimeout(delay);
  expect(child.exitCode, 'it ended before it was interrupted').toBeNull();
  const sent = performance.now();
  child.kill('SIGINT');
  const status = await Promise.race([end, setTimeout(BOUND).then(() => -1)]);
  child.kill('SIGKILL');
  await end;
  return { status, took: performance.now() - sent };
}

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  // Early, while it starts and loads; late, when it runs.
  it.each(
    Object.keys(endless).flatMap((name, index) => [300, 1500, 3000].map((delay) => [name, delay, index] as const)),
  )('ends %s after %i ms', async (_, delay, index) => {
    const { status, took } = await interruptAfter(start('predict', 'x.png', '--model', `endless-${index}.onnx`), delay);
    expect(status).toBe(130);
    expect(took).toBeLessThan(BOUND);
  });

  it.each([
    ['predict', 4000],
    ['attribute', 5000],
    ['attack', 3000],
    ['evaluate', 3000],
    ['info', 4000],
  ])('ends %s of a model that computes for minutes in native code', async (command, delay) => {
    const values = command === 'info' ? ['info', 'slow.onnx'] : [command, 'x.png', '--model', 'slow.onnx'];
    const { status } = await interruptAfter(start(...values), delay);
    expect(status).toBe(130);
  });

  it('ends a command that waits for a pipe to be read', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const { status } = await interruptAfter(
      start('attribute', path.join(projectRoot, 'samples/sandal.png'), '--out', 'pipe'),
      4000,
    );
    expect(status).toBe(130);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('pipe'))).toEqual(['pipe']);
  });

  it('hears the one that came while something else held the thread', () => {
    // Status 0: it was heard before the thread was held again.
    execFileSync(process.execPath, [held.file], { stdio: 'inherit' });
  });

  it('lets what is being finished end, and ends by itself then', async () => {
    const child = spawn(process.execPath, [finishing.file, 'once'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = ended(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    expect(await end).toBe(130);
  });

  it('ends it at once the second time', async () => {
    const child = spawn(process.execPath, [finishing.file, 'for ever'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = ended(child);
    const says = (): Promise<string> =>
      new Promise((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString())));
    expect(await says()).toBe('ready\n');
    child.kill('SIGINT');
    expect(await says()).toBe('heard\n');
    // npm hands the same one on once more.
    child.kill('SIGINT');
    await setTimeout(1300);
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
    child.kill('SIGINT');
    expect(await end).toBe(130);
  });
});

describe.skipIf(process.platform === 'win32')('Ctrl-C in a training', () => {
  const random = createRandom(8);
  const SIDE = 16;
  const plan = ['data', '--architecture', 'deep-network', '--batch-size', '8', '--epochs', '120', '--threads', '1'];

  beforeAll(async () => {
    for (let index = 0; index < 80; index++) {
      const bytes = Array.from(
        { length: SIDE ** 2 },
        (_, place) => 150 * random() + 90 * Number(place % 2 === index % 2),
      );
      await writeGreyPng(at('data', index % 2 === 0 ? 'even' : 'odd', `${index}.png`), bytes, SIDE, SIDE);
    }
  });

  function train(...values: string[]): { readonly child: ChildProcess; readonly said: () => string } {
    const child = start('train', ...values);
    let text = '';
    child.stderr!.on('data', (more: Buffer) => (text += more.toString()));
    return { child, said: () => text };
  }

  /** The process that trains, once `file` of the run is there. */
  async function trainerOf(run: string, file: string): Promise<number> {
    for (;;) {
      const text =
        existsSync(at(run, file)) && existsSync(at(run, 'run.lock')) && readFileSync(at(run, 'run.lock'), 'utf8');
      if (text) return (JSON.parse(text) as { pid: number }).pid;
      await setTimeout(5);
    }
  }

  async function isGone(pid: number): Promise<boolean> {
    for (let turn = 0; turn < 100; turn++)
      try {
        process.kill(pid, 0);
        await setTimeout(50);
      } catch {
        return true;
      }
    return false;
  }

  it('gives up a minibatch that does not end, and the run goes on as if it had', { timeout: 600_000 }, async () => {
    expect(await ended(train(...plan, '--out', 'whole').child)).toBe(0);
    for (const values of [
      [...plan, '--out', 'cut'],
      ['--continue', 'cut'],
      ['--continue', 'cut'],
    ]) {
      const { child, said } = train(...values);
      const trainer = await trainerOf('cut', 'state/state.bin');
      await setTimeout(1500 * random());
      process.kill(trainer, 'SIGSTOP');
      const { status, took } = await interruptAfter(child, 0);
      expect(status).toBe(130);
      expect(took).toBeLessThan(BOUND);
      expect(said()).toMatch(
        /^Stopping; .*\nStopped after minibatch \d+ of 960; the run is as its state was last kept\.$/m,
      );
      expect(await isGone(trainer)).toBe(true);
      const left = readdirSync(at('cut'), { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => /lock|tmp/.test(name))).toEqual([]);
    }
    expect(await ended(train('--continue', 'cut').child)).toBe(0);
    for (const name of ['model/weights.bin', 'minibatches.csv'])
      expect(readFileSync(at('cut', name)).equals(readFileSync(at('whole', name))), name).toBe(true);
  });

  it('before there is a state leaves nothing, so that the folder can be taken again', async () => {
    const { child, said } = train(...plan, '--out', 'early');
    process.kill(await trainerOf('early', 'run.lock'), 'SIGSTOP');
    expect(existsSync(at('early', 'state', 'state.bin'))).toBe(false);
    expect((await interruptAfter(child, 0)).status).toBe(130);
    expect(said()).toMatch(/^Cancelled\.$/m);
    expect(existsSync(at('early'))).toBe(false);
  });
});
