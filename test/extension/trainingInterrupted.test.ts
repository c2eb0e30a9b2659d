import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Uri, workspace } from 'vscode';
import type { TestApi } from '../../src/extension/testApi';
import { api, closePanel, execute, until } from './support/host';
import { cleanUp, ended, followed, listen, shortTraining, start, writePictures } from './support/training';

/** Long enough to be interrupted. */
const LONG = shortTraining({ epochs: 50_000, checkpoints: { kind: 'epochs', every: 1 } });

describe('a training that is interrupted', () => {
  let host: TestApi;
  let pictures: string;
  let folder = '';
  before(async () => {
    host = await api();
    pictures = mkdtempSync(path.join(workspace.workspaceFolders![0]!.uri.fsPath, 'halves-'));
    await writePictures(host, pictures);
    await execute('gradientLens.trainOnFolder', Uri.file(pictures));
    await until(() => host.training.choices.dataset?.info !== undefined, 'the images');
  });
  after(async () => {
    await cleanUp(host);
    rmSync(pictures, { recursive: true, force: true });
    if (folder !== '') rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  const step = () => host.training.training.live?.record?.step ?? 0;

  it('goes on while the panel is closed, and is the only one of the window', async () => {
    folder = await start(host, LONG);
    await until(() => step() > 20, 'some minibatches');
    assert.match(host.training.status.text ?? '', /Training \d+ % · \d/);
    await closePanel(host);
    const before = step();
    await until(() => step() > before + 10, 'further minibatches');
    await execute('gradientLens.continueTraining', folder);
    assert.ok(host.training.training.isLive(folder));
  });

  it('is paused and resumed', async () => {
    await execute('gradientLens.pauseTraining');
    await until(() => host.training.training.live?.paused === true, 'the pause');
    assert.match(host.training.status.text ?? '', /Paused/);
    const at = step();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(step(), at);
    await execute('gradientLens.resumeTraining');
    await until(() => step() > at, 'the next minibatch');
  });

  it('is said to have died, and continues from its last checkpoint', async () => {
    await execute('gradientLens.showTraining');
    await followed(host);
    const { posted, stop } = listen(host);
    process.kill(host.training.host.pid!, 'SIGKILL');
    const { continuable, record } = await ended(host, folder);
    await until(() => posted.some(({ type }) => type === 'failed'), 'the page to hear of it');
    stop();
    const failed = posted.find((message) => message.type === 'failed');
    assert.doesNotMatch(failed!.error.message, /went wrong/);
    assert.ok(continuable && record.step > 0);

    await execute('gradientLens.continueTraining', folder);
    await until(() => step() > record.step, 'further minibatches');
  });

  it('keeps what it has when it is stopped', async () => {
    await execute('gradientLens.stopTraining');
    const { record, history } = await ended(host, folder);
    assert.equal(record.status, 'stopped');
    assert.ok(record.step < record.steps && history.loss.length === record.step);
    const found = (await host.training.runs.list()).find((run) => run.folder === folder);
    assert.equal(found?.hasModel, true);
  });
});
