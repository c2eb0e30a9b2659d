import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { commands, TabInputWebview, Uri, ViewColumn, window } from 'vscode';
import type { TestApi } from '../../src/extension/testApi';
import { PANEL_VIEW_TYPE } from '../../src/extension/manifest';
import { watchEventLoop } from './support/blocked';
import { api, closePanel, execute, extension, repositoryFile, sample, shown, until } from './support/host';

describe('attribution', () => {
  let host: TestApi;
  before(async () => {
    host = await api();
  });
  after(() => closePanel(host));

  it('of a picture is shown and stored', async () => {
    await execute('gradientLens.showAttribution', sample());
    const { result } = shown(host, 'attribution');
    assert.equal(result.record.method, 'gradient-x-input');
    assert.equal(result.record.classes[0]?.name.toLowerCase(), 'sandal');
    assert.equal(result.record.image.hash, createHash('sha256').update(readFileSync(sample().fsPath)).digest('hex'));
    assert.deepEqual([result.map.height, result.map.width, result.map.data.length], [28, 28, 784]);
    // The raw map is |gradient| · pixel: nothing where the picture is black, something where it is not.
    result.map.data.forEach((value, index) => assert.ok(value >= 0 && (result.input.data[index] !== 0 || value === 0)));
    assert.ok(Math.max(...result.map.data) > 0);
    await until(async () => (await host.store.list())[0]?.record.id === result.record.id, 'the result to be stored');
  });

  it('takes the image of the active tab where no image is named', async () => {
    await closePanel(host);
    await commands.executeCommand('vscode.open', sample('bag.png'));
    await until(() => window.tabGroups.activeTabGroup.activeTab?.label === 'bag.png', 'the preview');
    await execute('gradientLens.showAttribution');
    assert.equal(shown(host, 'attribution').result.record.image.name, 'bag.png');
  });

  it('uses the one panel again', async () => {
    await execute('gradientLens.showAttribution', sample());
    await execute('gradientLens.showAttribution', sample('bag.png'));
    const panels = () =>
      window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ input }) => input instanceof TabInputWebview && input.viewType.endsWith(PANEL_VIEW_TYPE));
    await until(() => panels()[0]?.label === 'bag.png: Gradient Lens', "the panel's title");
    assert.equal(panels().length, 1);
  });

  it('of the last request wins', async () => {
    const names = ['sandal.png', 'bag.png', 'sandal.png', 'bag.png'];
    await Promise.all(names.map((name) => execute('gradientLens.showAttribution', sample(name))));
    assert.equal(shown(host, 'attribution').result.record.image.name, 'bag.png');
  });

  it('is measured on request, and kept with what was found', async () => {
    await execute('gradientLens.showAttribution', sample());
    const { session } = host.panels;
    const before = shown(host, 'attribution').result;
    await session!.attribute(session!.subject!, { method: 'gradient', measure: true });
    const { record, map } = shown(host, 'attribution').result;
    const { metric } = await host.engine.catalog();
    assert.deepEqual(
      record.measurements?.map((found) => [found.metric, found.better, found.controls.length]),
      metric.map(({ id, better }) => [id, better, 2]),
    );
    assert.notDeepEqual(map, before.map);
    await until(async () => (await host.store.list())[0]?.record.id === record.id, 'the result to be stored');
    assert.deepEqual((await host.store.read(record.id)).record, record);
  });

  it('is opened again, and restored after a reload, without an engine', async () => {
    await execute('gradientLens.showAttribution', sample());
    const before = shown(host, 'attribution').result;
    await until(async () => (await host.store.list())[0]?.record.id === before.record.id, 'the result to be stored');
    await closePanel(host);
    await execute('gradientLens.restartEngine');
    assert.equal(host.engine.pid, undefined);

    await execute('gradientLens.openResult', before.record.id);
    assert.deepEqual(shown(host, 'attribution').result.map, before.map);
    await closePanel(host);

    const panel = window.createWebviewPanel(PANEL_VIEW_TYPE, 'restored', ViewColumn.Beside);
    await host.panels.deserializeWebviewPanel(panel, { recordId: before.record.id, view: {} });
    assert.deepEqual(shown(host, 'attribution').result.input, before.input);
    assert.ok(panel.webview.options.enableScripts);
    assert.equal(host.engine.pid, undefined);
  });

  const states = { nothing: undefined, null: null, 'a text': 'x', 'a wrong name': { recordId: 3 } };
  for (const [name, state] of Object.entries(states))
    it(`restores an empty panel from ${name}`, async () => {
      await closePanel(host);
      const panel = window.createWebviewPanel(PANEL_VIEW_TYPE, 'restored', ViewColumn.Beside);
      await host.panels.deserializeWebviewPanel(panel, state);
      assert.equal(host.panels.session?.state.kind, 'empty');
    });

  it('says that the result of a restored panel is gone', async () => {
    await closePanel(host);
    const panel = window.createWebviewPanel(PANEL_VIEW_TYPE, 'restored', ViewColumn.Beside);
    await host.panels.deserializeWebviewPanel(panel, { recordId: '../../etc' });
    assert.match(shown(host, 'error').error.message, /went wrong/);
    await closePanel(host);
    const other = window.createWebviewPanel(PANEL_VIEW_TYPE, 'restored', ViewColumn.Beside);
    await host.panels.deserializeWebviewPanel(other, { recordId: 'gone' });
    const { message, hint } = shown(host, 'error').error;
    assert.match(message, /no longer there/);
    assert.match(hint, /Show Attribution/);
  });

  it('offers as default methods what the engine has', async () => {
    const { attribution } = await host.engine.catalog();
    const properties = (extension().packageJSON as Manifest).contributes.configuration.properties;
    const offered = properties['gradientLens.defaultMethod'].enum;
    assert.deepEqual([...offered].sort(), attribution.map(({ id }) => id).sort());
  });

  const mobilenet = repositoryFile(
    '..',
    'shared',
    'data',
    'models',
    'mobilenet_v1_0.25_128',
    'tfjs_layers',
    'model.json',
  );
  for (const path of [undefined, mobilenet])
    it(`leaves the extension host free while ${path ? 'MobileNet' : 'the bundled model'} runs`, async function () {
      if (path && !existsSync(path)) return this.skip();
      const before = host.models.active;
      if (path) await host.models.select({ id: 'test', name: 'MobileNet', source: 'remembered', reference: { path } });
      try {
        await execute('gradientLens.restartEngine');
        const loop = watchEventLoop();
        await execute('gradientLens.showAttribution', Uri.file(repositoryFile('media', 'icon.png')));
        const longest = loop.stop();
        shown(host, 'attribution');
        assert.ok(longest < 250, `blocked for ${longest.toFixed(1)} ms`);
      } finally {
        if (path) await host.models.select(before);
      }
    });
});

interface Manifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: { readonly 'gradientLens.defaultMethod': { readonly enum: string[] } };
    };
  };
}
