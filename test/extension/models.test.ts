import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import { subjectOf } from '../../src/extension/images/subject';
import type { TestApi } from '../../src/extension/testApi';
import { ModelTree } from '../../src/extension/views/modelTree';
import { api, closePanel, execute, repositoryFile, sample, shown, until } from './support/host';

describe('models', () => {
  let host: TestApi;
  let folder: string;
  const own = () => path.join(folder, 'model.json');
  const setModels = (value: unknown) =>
    workspace.getConfiguration('gradientLens').update('models', value, ConfigurationTarget.Workspace);

  before(async () => {
    host = await api();
    const inside = workspace.workspaceFolders![0]!.uri.fsPath;
    folder = mkdtempSync(path.join(inside, 'own-'));
    cpSync(repositoryFile('media', 'models', 'fashion-mnist'), folder, { recursive: true });
  });
  after(async () => {
    await setModels(undefined);
    rmSync(folder, { recursive: true, force: true });
    await execute('gradientLens.useModel', 'bundled:fashion-mnist');
    await closePanel(host);
  });

  const names = async () => (await host.models.list()).map(({ name, source }) => `${source}: ${name}`);

  it('begin with the bundled one; those of the workspace are found', async () => {
    assert.equal(host.models.active.source, 'bundled');
    await execute('gradientLens.refreshModels');
    assert.ok((await names()).includes('workspace: Fashion-MNIST deep network'));
    const { place } = (await host.models.list()).find(({ reference }) => reference.path === own())!;
    assert.equal(place, path.basename(folder));
  });

  it('that come into the workspace are listed by themselves, by the run that they are of', async () => {
    const run = path.join(folder, 'run');
    const has = async () => (await host.models.list()).find(({ reference }) => reference.path.startsWith(run));
    assert.equal(await has(), undefined);
    mkdirSync(run);
    writeFileSync(
      path.join(run, 'run.json'),
      JSON.stringify({ name: 'Night run', created: '2025-03-04T12:00:00.000Z' }),
    );
    cpSync(repositoryFile('media', 'models', 'flowers'), path.join(run, 'model'), { recursive: true });
    rmSync(path.join(run, 'model', 'lens.json'));
    await until(async () => (await has()) !== undefined, 'the new model');
    const { name, place } = (await has())!;
    assert.equal(name, 'run');
    assert.match(place!, /^Night run, .*2025/);
    rmSync(run, { recursive: true });
    await until(async () => (await has()) === undefined, 'the model to go');
  });

  it('are made active by an action, not by a click on their row', async () => {
    const tree = new ModelTree(host.models);
    const choices = await tree.getChildren();
    assert.ok(choices.length > 3);
    for (const choice of choices) assert.equal(tree.getTreeItem(choice).command, undefined);
    tree.dispose();
  });

  it('of the settings may be relative to the workspace, and the first is active', async () => {
    await setModels([{ path: `${path.basename(folder)}/model.json`, name: 'Mine' }, { path: 3 }]);
    assert.ok(!(await names()).includes('setting: Mine'), 'a list with a wrong entry counts as absent');
    await setModels([{ path: `${path.basename(folder)}/model.json`, name: 'Mine' }]);
    await until(() => host.models.active.name === 'Mine', 'the setting');
    assert.equal(host.models.active.reference.path, own());
    await setModels(undefined);
    await until(() => host.models.active.source === 'bundled', 'the setting');
  });

  it('are remembered when chosen, run again on what is shown, and are loaded again when their file changes', async () => {
    await execute('gradientLens.showAttribution', sample());
    const before = shown(host, 'attribution').result.record;
    await execute('gradientLens.useModel', own());
    assert.deepEqual([host.models.active.source, host.models.active.reference.path], ['remembered', own()]);
    await until(() => host.panels.session?.result?.record.model.path === own(), 'the same image with the other model');
    assert.notEqual(shown(host, 'attribution').result.record.id, before.id);

    const hash = shown(host, 'attribution').result.record.model.hash;
    writeFileSync(
      path.join(folder, 'lens.json'),
      JSON.stringify({ name: 'Renamed', classes: Array.from('abcdefghij') }),
    );
    await until(async () => {
      await execute('gradientLens.showAttribution', sample());
      return host.panels.session?.result?.record.model.name === 'Renamed';
    }, 'the changed description');
    assert.notEqual(shown(host, 'attribution').result.record.model.hash, hash);
  });

  it('take their pixels by the preset that is chosen, which is written into their description', async () => {
    const file = path.join(folder, 'lens.json');
    const before = JSON.stringify({ name: 'Told', 'x-own': [1], input: { range: [0, 1], resize: 'pad' } });
    writeFileSync(file, before);
    await execute('gradientLens.useModel', own());
    await execute('gradientLens.showAttribution', sample());
    await execute('gradientLens.choosePreprocessing', own(), 'signed');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      name: 'Told',
      'x-own': [1],
      input: { resize: 'pad', preset: 'signed' },
    });
    await until(
      () => host.panels.session?.result?.record.model.preprocessing?.source === 'preset signed (lens.json)',
      'the picture with the new preprocessing',
    );
    rmSync(file);
    await execute('gradientLens.choosePreprocessing', own(), 'byte');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { input: { preset: 'byte' } });

    writeFileSync(file, '[1]');
    await execute('gradientLens.choosePreprocessing', own(), 'unit');
    assert.equal(readFileSync(file, 'utf8'), '[1]');
    await execute('gradientLens.choosePreprocessing', 'bundled:fashion-mnist', 'unit');
    const bundled = readFileSync(repositoryFile('media', 'models', 'fashion-mnist', 'lens.json'), 'utf8');
    assert.equal((JSON.parse(bundled) as { classes: string[] }).classes.length, 10);
    writeFileSync(file, before);
  });

  it('of an opened result are kept for its controls, not for commands', async () => {
    await execute('gradientLens.useModel', 'bundled:fashion-mnist');
    await execute('gradientLens.showAttribution', sample());
    const { record } = shown(host, 'attribution').result;
    await until(async () => (await host.store.list())[0]?.record.id === record.id, 'the result to be stored');
    await closePanel(host);
    await execute('gradientLens.useModel', 'bundled:fashion-mnist-untrained');
    await execute('gradientLens.openResult', record.id);
    await host.panels.session!.attack(subjectOf(sample()), { attack: 'fgsm', parameters: {}, live: false });
    assert.equal(shown(host, 'attack').result.record.model.path, record.model.path);
    await execute('gradientLens.runAttack', sample(), 'fgsm');
    assert.notEqual(shown(host, 'attack').result.record.model.path, record.model.path);
  });

  it('that cannot be loaded are neither remembered nor made active', async () => {
    await execute('gradientLens.useModel', 'bundled:fashion-mnist');
    writeFileSync(own(), '{"format":"layers-model","modelTopology":{}}');
    await execute('gradientLens.removeModel', own());
    await execute('gradientLens.refreshModels');
    await execute('gradientLens.useModel', own());
    assert.equal(host.models.active.id, 'bundled:fashion-mnist');
    assert.ok(!(await names()).some((name) => name.startsWith('remembered')));
  });
});
