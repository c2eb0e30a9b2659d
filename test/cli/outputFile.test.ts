import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputs, writeOutput } from '../../src/cli/outputFile';
import { makeFolder } from '../engine/support/folder';

const folders: ReturnType<typeof makeFolder>[] = [];
let at: (name: string) => string;
const bytes = new TextEncoder().encode('new');

beforeEach(() => {
  const folder = makeFolder();
  folders.push(folder);
  at = (name) => path.join(folder.path, name);
});
afterAll(() => {
  for (const folder of folders) folder.remove();
});

const check = (name: string, force: boolean, inputs: readonly string[] = []) =>
  checkOutputs([{ file: at(name), format: 'png' }], { force, inputs });

/** What stands in the folder: nothing half-written is left. */
const names = () => readdirSync(path.dirname(at('x'))).sort();

describe('--force', () => {
  it('replaces a regular file, whole, and keeps who may read it', async () => {
    writeFileSync(at('a.png'), 'old');
    chmodSync(at('a.png'), 0o640);
    linkSync(at('a.png'), at('other-name.png'));
    await check('a.png', true);
    await writeOutput(at('a.png'), bytes, true);
    expect(readFileSync(at('a.png'), 'utf8')).toBe('new');
    if (process.platform !== 'win32') expect(statSync(at('a.png')).mode & 0o777).toBe(0o640);
    expect(readFileSync(at('other-name.png'), 'utf8')).toBe('old');
    expect(names()).toEqual(['a.png', 'other-name.png']);
  });

  it('is needed where a file is there', async () => {
    writeFileSync(at('a.png'), 'old');
    await expect(check('a.png', false)).rejects.toMatchObject({ code: 'file-exists' });
    await expect(writeOutput(at('a.png'), bytes, false)).rejects.toMatchObject({ code: 'file-exists' });
    expect(readFileSync(at('a.png'), 'utf8')).toBe('old');
  });

  it.skipIf(process.platform === 'win32')('writes through a link, which stays', async () => {
    writeFileSync(at('real.png'), 'old');
    symlinkSync('real.png', at('link.png'));
    await check('link.png', true);
    await writeOutput(at('link.png'), bytes, true);
    expect(readlinkSync(at('link.png'))).toBe('real.png');
    expect(readFileSync(at('real.png'), 'utf8')).toBe('new');
    expect(lstatSync(at('real.png')).isFile()).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('refuses a link that leads nowhere', async () => {
    symlinkSync('absent.png', at('link.png'));
    await expect(check('link.png', true)).rejects.toMatchObject({ code: 'file-unwritable' });
    await expect(writeOutput(at('link.png'), bytes, true)).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(names()).toEqual(['link.png']);
  });

  it('refuses a folder', async () => {
    mkdirSync(at('folder.png'));
    await expect(check('folder.png', true)).rejects.toMatchObject({ code: 'file-unwritable' });
    await expect(writeOutput(at('folder.png'), bytes, true)).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(names()).toEqual(['folder.png']);
  });

  it.skipIf(process.platform === 'win32')('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('s.png'), resolve));
    try {
      await expect(check('s.png', true)).rejects.toMatchObject({ code: 'file-unwritable' });
      await expect(writeOutput(at('s.png'), bytes, true)).rejects.toMatchObject({ code: 'file-unwritable' });
      expect(lstatSync(at('s.png')).isSocket()).toBe(true);
    } finally {
      server.close();
    }
  });

  it.skipIf(process.platform === 'win32')('writes into a named pipe, with and without it', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    for (let time = 0; time < 200; time++) {
      const force = time % 2 === 0;
      await check('pipe.png', force);
      const reading = readFile(at('pipe.png'), 'utf8');
      await writeOutput(at('pipe.png'), bytes, force);
      expect(await reading).toBe('new');
      expect(lstatSync(at('pipe.png')).isFIFO()).toBe(true);
    }
    expect(names()).toEqual(['pipe.png']);
  });

  it.skipIf(process.platform === 'win32')('writes into a device and through a link to one', async () => {
    symlinkSync('/dev/null', at('null.png'));
    await check('null.png', true);
    await writeOutput(at('null.png'), bytes, true);
    await writeOutput('/dev/null', bytes, true);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(readlinkSync(at('null.png'))).toBe('/dev/null');
    await expect(writeOutput('/dev/full', bytes, true)).rejects.toMatchObject({ code: 'file-unwritable' });
  });

  it.skipIf(process.platform !== 'linux')('does not replace a file by way of an open stream', async () => {
    const file = openSync(at('out.png'), 'w');
    try {
      await expect(writeOutput(`/dev/fd/${file}`, bytes, true)).rejects.toMatchObject({ code: 'file-unwritable' });
      await expect(writeOutput(`/proc/self/fd/${file}`, bytes, true)).rejects.toMatchObject({
        code: 'file-unwritable',
      });
    } finally {
      closeSync(file);
    }
    expect(names()).toEqual(['out.png']);
  });

  it('never replaces what the result is made from', async () => {
    writeFileSync(at('labels.png'), 'cat');
    await expect(check('labels.png', true, [at('labels.png')])).rejects.toMatchObject({ code: 'file-exists' });
    expect(existsSync(at('labels.png'))).toBe(true);
  });
});
