import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Uri } from 'vscode';
import { decodeNpy } from '../../src/formats/npy/npy';
import { UserError } from '../../src/core/errors';
import { freeName, writeChosenFile, writeNewFile } from '../../src/extension/saveFile';
import type { TestApi } from '../../src/extension/testApi';
import { api, closePanel, execute, sample, shown } from './support/host';

const PNG = '89504e470d0a1a0a';

describe('saving', () => {
  let host: TestApi;
  let folder: string;
  before(async () => {
    host = await api();
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-saving-'));
    await execute('gradientLens.runAttack', sample(), 'fgsm');
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closePanel(host);
  });
  const place = (name: string) => path.join(folder, name);

  it('writes the adversarial image as a picture and exactly', async () => {
    const { adversarial } = shown(host, 'attack').result;
    await execute('gradientLens.saveAdversarialImage', undefined, Uri.file(place('a.png')));
    assert.equal(readFileSync(place('a.png')).subarray(0, 8).toString('hex'), PNG);
    await execute('gradientLens.saveAdversarialImage', undefined, Uri.file(place('a.npy')));
    const { data, shape } = decodeNpy(new Uint8Array(readFileSync(place('a.npy'))), 'a.npy');
    assert.deepEqual(shape, [28, 28, 1]);
    assert.deepEqual(data, adversarial.data);
  });

  it('never writes over a file, least of all over the original', async () => {
    const original = readFileSync(sample().fsPath);
    await execute('gradientLens.saveAdversarialImage', undefined, sample());
    assert.deepEqual(readFileSync(sample().fsPath), original);
    writeFileSync(place('mine.png'), 'mine');
    await execute('gradientLens.saveAdversarialImage', undefined, Uri.file(place('mine.png')));
    assert.equal(readFileSync(place('mine.png'), 'utf8'), 'mine');
  });

  it('exports record and maps', async () => {
    const { result } = shown(host, 'attack');
    await execute('gradientLens.exportResult', undefined, 'record-json', Uri.file(place('r.json')));
    assert.equal((JSON.parse(readFileSync(place('r.json'), 'utf8')) as { id: string }).id, result.record.id);
    await execute('gradientLens.exportResult', undefined, 'map-npy', Uri.file(place('p.npy')));
    assert.deepEqual(decodeNpy(new Uint8Array(readFileSync(place('p.npy'))), 'p').data, result.perturbation.data);
    await execute('gradientLens.showAttribution', sample());
    await execute('gradientLens.exportResult', undefined, 'overlay-png', Uri.file(place('o.png')));
    assert.equal(readFileSync(place('o.png')).subarray(0, 8).toString('hex'), PNG);
  });

  const exists = (error: unknown) => error instanceof UserError && error.code === 'file-exists';

  it('follows no link and finds the original under another name', async () => {
    writeFileSync(place('original.png'), 'original');
    symlinkSync(place('original.png'), place('link.png'));
    symlinkSync(place('nowhere.png'), place('dangling.png'));
    await assert.rejects(writeNewFile(Uri.file(place('link.png')), new Uint8Array(1)), exists);
    await assert.rejects(writeNewFile(Uri.file(place('dangling.png')), new Uint8Array(1)), exists);
    const original = Uri.file(place('original.png'));
    await assert.rejects(writeChosenFile(Uri.file(place('link.png')), new Uint8Array(1), original), exists);
    await assert.rejects(writeChosenFile(original, new Uint8Array(1), original), exists);
    assert.equal(readFileSync(place('original.png'), 'utf8'), 'original');
    assert.equal(existsSync(place('nowhere.png')), false);
  });

  it('finds a free name', async () => {
    const name = async () => path.basename((await freeName(Uri.file(folder), 'x.adversarial', '.png')).fsPath);
    assert.equal(await name(), 'x.adversarial.png');
    writeFileSync(place('x.adversarial.png'), '');
    assert.equal(await name(), 'x.adversarial-2.png');
    writeFileSync(place('x.adversarial-2.png'), '');
    assert.equal(await name(), 'x.adversarial-3.png');
  });

  it('says that a folder cannot be written to', async () => {
    const missing = Uri.file(path.join(folder, 'missing', 'a.png'));
    await assert.rejects(
      writeNewFile(missing, new Uint8Array(1)),
      (error) => error instanceof UserError && error.code === 'file-unwritable',
    );
  });
});
