import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCheckpoints, printable } from '../../../src/training/integrate/findCheckpoints';
import { makeFolder } from '../../engine/support/folder';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => (folder = makeFolder()));
afterEach(() => folder.remove());

const write = (...names: string[]) => {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder.path, name)), { recursive: true });
    writeFileSync(path.join(folder.path, name), 'x');
  }
};
const found = async (...parts: string[]) => {
  const { paths, warnings } = await findCheckpoints(path.join(folder.path, ...parts));
  return { names: paths.map((file) => path.relative(folder.path, file)), warnings };
};

describe('findCheckpoints', () => {
  it('takes model files, or folders with a model.json, in the order of training', async () => {
    write('e10.onnx', 'e9.onnx', 'e9.onnx.data', 'notes.txt', '.e8.onnx', 'e7.png', 'logs/x.onnx');
    expect(await found()).toEqual({ names: ['e9.onnx', 'e10.onnx'], warnings: [] });
    write('tfjs/100/model.json', 'tfjs/20/model.json', 'tfjs/20/weights.bin', 'tfjs/empty/weights.bin');
    expect((await found('tfjs')).names).toEqual(['tfjs/20', 'tfjs/100'].map((name) => path.normalize(name)));
  });

  it('goes into the checkpoints of a run, not to its other models', async () => {
    write('run.json', 'model/model.json', 'state/model.json', 'checkpoints/00000016/model.json');
    write('checkpoints/00000004/model.json', 'checkpoints/.00000032.12.tmp/model.json');
    const names = ['checkpoints/00000004', 'checkpoints/00000016'].map((name) => path.normalize(name));
    expect((await found()).names).toEqual(names);
    expect((await found('checkpoints')).names).toEqual(names);
  });

  it('says that formats are mixed', async () => {
    write('e1.onnx', 'e1.keras', 'e2.H5');
    const { names, warnings } = await found();
    expect(names).toHaveLength(3);
    expect(warnings).toEqual([expect.stringContaining('h5, keras, onnx')]);
  });

  it.skipIf(process.platform === 'win32')('passes over pipes and links to nowhere, and says the latter', async () => {
    write('e1.onnx');
    execFileSync('mkfifo', [path.join(folder.path, 'e2.onnx')]);
    symlinkSync(path.join(folder.path, 'gone'), path.join(folder.path, 'e3\n.onnx'));
    const { names, warnings } = await found();
    expect(names).toEqual(['e1.onnx']);
    expect(warnings).toEqual(['"e3�.onnx" cannot be read and is left out.']);
  });

  it('refuses a folder that is not there, has no checkpoints, or is one model', async () => {
    await expect(found('absent')).rejects.toMatchObject({ code: 'file-missing' });
    await expect(found()).rejects.toMatchObject({ code: 'file-missing', message: /no checkpoints/ });
    write('model.json', 'weights.bin');
    await expect(found()).rejects.toMatchObject({ code: 'file-missing', hint: /folder above/ });
  });

  it('shows hostile names on one line of bounded length', () => {
    expect(printable('a\u001b[31m\u202eb')).toBe('"a�[31m�b"');
    expect(printable('x'.repeat(1000))).toHaveLength(102);
  });
});
