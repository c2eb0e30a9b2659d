import assert from 'node:assert/strict';
import { window, workspace } from 'vscode';
import { CHECK_TITLES } from '../../src/core/result/modelCheck';
import type { TestApi } from '../../src/extension/testApi';
import { api, closePanel, execute, until } from './support/host';

describe('checking a model', () => {
  let host: TestApi;

  before(async () => {
    host = await api();
  });
  after(() => closePanel(host));

  const tabs = () => window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);

  it('opens a report of the model that is named', async () => {
    await execute('gradientLens.checkModel', 'bundled:fashion-mnist');
    const { uri, check } = host.reports.latest!;
    assert.equal(check.kind, 'model-check');
    assert.equal(check.verdict, 'passed', JSON.stringify(check.checks));
    assert.deepEqual(
      check.checks.map(({ id }) => id),
      Object.keys(CHECK_TITLES),
    );
    const document = await workspace.openTextDocument(uri);
    const text = document.getText();
    assert.ok(text.startsWith('# '), text.slice(0, 80));
    for (const title of Object.values(CHECK_TITLES)) assert.ok(text.includes(`| ${title} |`), title);
    await until(() => tabs().some((label) => label.includes(check.model.name)), 'the report’s tab');
  });

  it('leaves the active model as it is, and takes an item of the view', async () => {
    const active = host.models.active.id;
    const other = (await host.models.list()).find(({ id }) => id === 'bundled:fashion-mnist-untrained');
    await execute('gradientLens.checkModel', other);
    assert.equal(host.reports.latest?.check.model.path, other?.reference.path);
    assert.equal(host.models.active.id, active);
  });

  it('renews the report of a model in the same document', async () => {
    await execute('gradientLens.checkModel', 'bundled:fashion-mnist');
    const first = host.reports.latest!;
    await execute('gradientLens.checkModel', 'bundled:fashion-mnist');
    const second = host.reports.latest!;
    assert.equal(second.uri.toString(), first.uri.toString());
    const document = await workspace.openTextDocument(second.uri);
    const time = () => document.getText().replaceAll('\\', '').includes(second.check.created);
    await until(time, 'the new report');
  });
});
