import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Uri, workspace } from 'vscode';
import { ResultStore } from '../../src/extension/results/resultStore';
import { changedSince } from '../../src/extension/results/changedSince';
import { ResultTree } from '../../src/extension/views/resultTree';
import { attackResult, attributionResult } from './support/results';

describe('the tree of results', () => {
  let folder: string;
  let store: ResultStore;
  let tree: ResultTree;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-tree-'));
    store = new ResultStore({
      folder: Uri.file(path.join(folder, 'results')),
      files: workspace.fs,
      limit: () => 100,
      warn: () => undefined,
    });
    tree = new ResultTree(store, () => undefined);
  });
  afterEach(() => {
    tree.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const rows = async () => {
    const [image] = await tree.getChildren();
    return image ? tree.getChildren(image) : [];
  };

  it('has one row for a request that was made twice, with the newest answer', async () => {
    await store.add(attackResult('a', '2025-01-01T00:00:00.000Z'));
    await store.add(attackResult('b', '2025-01-02T00:00:00.000Z'));
    await store.add(attributionResult('c', '2025-01-03T00:00:00.000Z'));
    const items = (await rows()).map((node) => tree.getTreeItem(node));
    assert.deepEqual(
      items.map(({ id }) => id),
      ['c', 'b'],
    );
    assert.equal(items[1]!.label, 'fgsm, ε 0.01');
    assert.match(String(items[1]!.description), /^dog → cat, goal reached · 2 times, last /);
  });

  it('is called as the user says, and finds that', async () => {
    await store.add(attackResult('a'));
    await store.add(attributionResult('b'));
    await store.setWords('a', { name: 'Strange one', note: 'Ask Ada.' });
    assert.ok((await rows()).some((node) => tree.getTreeItem(node).label === 'Strange one'));
    for (const [text, found] of [
      ['strange', 1],
      ['ADA', 1],
      ['rex.png', 2],
      ['zebra', 0],
    ] as const) {
      tree.filter = text;
      assert.equal((await rows()).length, found, text);
    }
    assert.match(tree.filterWords!, /zebra/);
  });

  it('opens results whose picture or model is no more what it was with a word about it', async () => {
    const file = path.join(folder, 'rex.png');
    const { record } = attackResult('a');
    const model = { ...record.model, path: file };
    const ask = async (modelHash: string | undefined, image: object, created = record.created) =>
      (await changedSince({ ...record, created, model, image: { ...record.image, ...image } }, async () => modelHash))
        ?.message;
    assert.equal(
      await ask('cd', { path: file }),
      'rex.png was moved or deleted since. pets was moved or deleted since.',
    );
    writeFileSync(file, 'abc');
    // SHA-256 of "abc", from FIPS 180-4.
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(await ask('cd', { path: file, hash }), undefined);
    assert.equal(await ask('ef', { path: file, hash }), 'pets was changed since.');
    assert.equal(await ask('cd', { path: file, hash: 'ab' }), 'rex.png was changed since.');
    assert.equal(await ask(undefined, { path: file, hash }, '2020-01-01T00:00:00.000Z'), 'pets was changed since.');
    assert.equal(await ask(undefined, { path: file, hash }, '2100-01-01T00:00:00.000Z'), undefined);
    assert.equal(await ask('cd', { path: undefined, hash: 'ab' }), undefined);
  });
});
