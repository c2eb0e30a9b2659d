import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { leaveRun } from '../../../src/training/run/leaveRun';
import { trainSmall, useFolders, watchedOf, SIZE, CLASSES } from '../support';

const newFolder = useFolders();
const PID = 2 ** 22 + 1;

function lock(folder: string, holder: object): void {
  writeFileSync(path.join(folder, 'run.lock'), JSON.stringify({ pid: PID, host: hostname(), born: '', ...holder }));
}

/** What a process leaves that dies before its first state. */
function unstarted(): string {
  const folder = newFolder();
  mkdirSync(path.join(folder, 'state', 'network'), { recursive: true });
  mkdirSync(path.join(folder, `.model.${PID}.tmp`));
  for (const name of ['minibatches.csv', 'state/setup.bin']) writeFileSync(path.join(folder, name), 'x');
  return folder;
}

describe('a run whose process was ended', () => {
  it('without a state is gone, if it was a new one', async () => {
    const folder = unstarted();
    lock(folder, {});
    expect(await leaveRun(folder, PID, true)).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });

  it("keeps what is not the run's", async () => {
    const folder = unstarted();
    lock(folder, {});
    writeFileSync(path.join(folder, 'notes.txt'), 'x');
    await leaveRun(folder, PID, true);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it.each([
    ['another process', { pid: PID + 1 }, true],
    ['another machine', { host: `not-${hostname()}` }, true],
    ['nobody', undefined, true],
    ['it, but was there before', {}, false],
  ])('is left as it is where the folder belongs to %s', async (_, holder, isNew) => {
    const folder = unstarted();
    if (holder) lock(folder, holder);
    expect(await leaveRun(folder, PID, isNew)).toBeUndefined();
    expect(readdirSync(path.join(folder, 'state')).sort()).toEqual(['network', 'setup.bin']);
    expect(existsSync(path.join(folder, 'minibatches.csv'))).toBe(true);
  });

  it('is as its last state has it', async () => {
    const folder = newFolder();
    const watched = watchedOf(SIZE, CLASSES);
    const { record } = await trainSmall({
      folder,
      watched,
      options: { checkpoints: { kind: 'every', every: 1 } },
      onEvent: (event, { control }) => {
        if (event.kind === 'checkpoint' && event.step === 2) control.stop();
      },
    });
    // It went on, and died after a minibatch more than it kept.
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...record, status: 'running', step: 3 }));
    lock(folder, {});
    expect(await leaveRun(folder, PID, false)).toMatchObject({ status: 'stopped', step: 2 });
    expect(existsSync(path.join(folder, 'run.lock'))).toBe(false);
    expect(existsSync(path.join(folder, 'state', 'state.bin'))).toBe(true);
  });
});
