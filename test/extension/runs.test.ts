import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { workspace } from 'vscode';
import { newRunFolder } from '../../src/extension/training/runFolder';
import { RunList } from '../../src/extension/training/runList';
import type { TestApi } from '../../src/extension/testApi';
import { api, execute, until } from './support/host';
import { runRecord } from './support/runs';

describe('training runs', () => {
  let folder: string;
  let host: TestApi;
  before(async () => {
    host = await api();
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-runs-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(name: string, content: unknown): void {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, 'run.json'), typeof content === 'string' ? content : JSON.stringify(content));
  }

  it('are named by network, images and day, and never as something that exists', async () => {
    const day = new Date(2025, 0, 31);
    const name = async (network: string, dataset: string) =>
      path.basename(await newRunFolder(folder, network, dataset, day));
    assert.equal(await name('deep-network', 'Fashion MNIST'), 'deep-network-fashion-mnist-2025-01-31-1');
    mkdirSync(path.join(folder, 'deep-network-fashion-mnist-2025-01-31-1'));
    writeFileSync(path.join(folder, 'deep-network-fashion-mnist-2025-01-31-2'), '');
    assert.equal(await name('deep-network', 'Fashion MNIST'), 'deep-network-fashion-mnist-2025-01-31-3');
    assert.equal(await name('/models/cats/model.json', '../../Größe/'), 'cats-gro-e-2025-01-31-1');
    assert.equal(await name('/models/pets.keras', '///'), 'pets-images-2025-01-31-1');
  });

  it('are found with what came of them, the newest first; damaged and foreign folders are left out', async () => {
    const warnings: string[] = [];
    const runs = new RunList(
      () => folder,
      (message) => warnings.push(message),
    );
    const early = { created: '2025-01-01T00:00:00.000Z', name: 'Early' };
    run('early', runRecord({ ...early, status: 'finished', test: { loss: 1, accuracy: 0.9, count: 10 } }));
    run('late', runRecord({ created: '2025-02-01T00:00:00.000Z', name: 'Late', step: 7 }));
    run('cut', JSON.stringify(runRecord()).slice(0, 100));
    run('other', { kind: 'attribution' });
    mkdirSync(path.join(folder, 'empty'));
    mkdirSync(path.join(folder, 'early', 'model'));
    writeFileSync(path.join(folder, 'early', 'model', 'model.json'), '{}');
    const found = await runs.list();
    assert.deepEqual(
      found.map(({ head, hasModel }) => [head.name, head.status, head.step, head.accuracy, hasModel]),
      [
        ['Late', 'running', 7, undefined, false],
        ['Early', 'finished', 4, 0.9, true],
      ],
    );
    assert.equal(warnings.length, 2);
    let told = false;
    runs.onDidChange(() => (told = true));
    let made = 0;
    // Again and again: a watcher takes a moment to begin, and the first run may come too early for it.
    const another = async () => {
      run(`new-${++made}`, runRecord({ name: 'New' }));
      await delay(1000);
      return told;
    };
    await until(another, 'word of a new run', 50);
    assert.equal((await runs.list()).length, 2 + made);
    await delay(1000);
    told = false;
    rmSync(path.join(folder, 'new-1'), { recursive: true });
    await until(() => told, 'word of the deleted run');
    assert.equal((await runs.list()).length, 1 + made);
    runs.dispose();
  });

  it('lie in the folder of the setting, below the workspace', async () => {
    const inside = workspace.workspaceFolders![0]!.uri.fsPath;
    const form = await host.training.choices.form();
    assert.equal(form.folder, path.join(inside, 'gradient-lens-runs'));
  });

  it('that are none are neither opened nor deleted', async () => {
    const victim = path.join(folder, 'empty');
    await execute('gradientLens.deleteRun', victim);
    await execute('gradientLens.openTrainingRun', victim);
    await until(() => host.training.panel.open, 'the panel');
    await until(() => host.training.session.folder === undefined, 'the form again');
    mkdirSync(path.join(victim, 'still'));
  });
});
