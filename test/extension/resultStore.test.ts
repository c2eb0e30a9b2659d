import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FileSystem } from 'vscode';
import { Uri, workspace } from 'vscode';
import { UserError } from '../../src/core/errors';
import { ResultStore } from '../../src/extension/results/resultStore';
import { keepWithoutNoise } from '../../src/extension/results/sessionNoise';
import type { AttackResult } from '../../src/engine/calls/service';
import { attackResult, attributionResult } from './support/results';

describe('result store', () => {
  let folder: string;
  const warnings: string[] = [];
  const store = (options: { readonly limit?: number; readonly files?: FileSystem } = {}) =>
    new ResultStore({
      folder: Uri.file(path.join(folder, 'results')),
      files: options.files ?? workspace.fs,
      limit: () => options.limit ?? 100,
      warn: (message) => warnings.push(message),
    });
  const ids = async (of: ResultStore) => (await of.list()).map(({ record }) => record.id);
  const inside = (...names: string[]) => path.join(folder, 'results', ...names);

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-store-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is empty, and makes no folder, before the first result', async () => {
    assert.deepEqual(await store().list(), []);
    assert.equal(existsSync(inside()), false);
  });

  for (const make of [attributionResult, attackResult])
    it(`gives back every number of an ${make === attackResult ? 'attack' : 'attribution'} to a later session`, async () => {
      const result = make('20250131T000000Z-00000001');
      await store().add(result);
      const read = await store().read(result.record.id);
      // JSON has no infinities.
      const classes = result.record.classes.map((score) => ({
        ...score,
        logit: Number.isFinite(score.logit) ? score.logit : NaN,
      }));
      assert.deepEqual(read.record.classes, classes);
      assert.deepEqual({ ...read, record: undefined }, { ...result, record: undefined });
      assert.equal(read.record.id, result.record.id);
    });

  it('keeps the map of a layer in the layer’s own shape', async () => {
    const plain = attributionResult('20250131T000000Z-00000001');
    const layer = { id: 'conv_4', kind: 'Conv2D', height: 1, width: 3, channels: 8 };
    const map = { data: Float32Array.of(0.5, -1, 2), height: 1, width: 3, channels: 1 };
    await store().add({ ...plain, record: { ...plain.record, layer }, map });
    const read = await store().read(plain.record.id);
    assert.deepEqual('map' in read && read.map, map);
    assert.deepEqual('layer' in read.record && read.record.layer, layer);
  });

  it('lists the newest first', async () => {
    const one = store();
    await one.add(attributionResult('b', '2025-01-02T00:00:00.000Z'));
    await one.add(attributionResult('c', '2025-01-01T00:00:00.000Z'));
    await one.add(attributionResult('a', '2025-01-03T00:00:00.000Z'));
    assert.deepEqual(await ids(one), ['a', 'b', 'c']);
    assert.deepEqual(await ids(store()), ['a', 'b', 'c']);
  });

  it('leaves damaged entries out, says so, and keeps their files', async () => {
    for (const id of ['whole', 'truncated', 'foreign', 'renamed', 'empty']) await store().add(attributionResult(id));
    writeFileSync(inside('truncated', 'record.json'), '{"kind":"attribution","id":"trunc');
    writeFileSync(inside('foreign', 'record.json'), '{"kind":"attribution","id":"foreign"}');
    rmSync(inside('empty', 'record.json'));
    writeFileSync(inside('file.txt'), '');
    mkdirSync(inside('other'));
    rmSync(inside('renamed'), { recursive: true });
    mkdirSync(inside('renamed'));
    writeFileSync(inside('renamed', 'record.json'), JSON.stringify(attributionResult('whole').record));
    const again = store();
    assert.deepEqual(await ids(again), ['whole']);
    assert.equal(warnings.length, 5);
    assert.ok(existsSync(inside('truncated', 'map.npy')));
  });

  it('says in a sentence that arrays are damaged', async () => {
    await store().add(attributionResult('x'));
    writeFileSync(inside('x', 'map.npy'), new Uint8Array(10));
    await assert.rejects(
      store().read('x'),
      (error) => error instanceof UserError && error.message.includes('cannot be read'),
    );
    await assert.rejects(store().read('../x'), TypeError);
  });

  it('shows nothing of a result whose writing failed in the middle', async () => {
    const failing: FileSystem = Object.create(workspace.fs, {
      writeFile: {
        value: async (uri: Uri, bytes: Uint8Array) => {
          if (uri.path.endsWith('input.npy')) throw new Error('disk full');
          await workspace.fs.writeFile(uri, bytes);
        },
      },
    }) as FileSystem;
    const one = store({ files: failing });
    await assert.rejects(one.add(attributionResult('x')), /disk full/);
    assert.deepEqual(await ids(one), []);
    assert.deepEqual(readdirSync(inside()), []);
  });

  it('removes what a dead window left unfinished, but not what another one is writing', async () => {
    mkdirSync(inside('.unfinished-old'), { recursive: true });
    mkdirSync(inside('.unfinished-new'));
    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(inside('.unfinished-old'), yesterday, yesterday);
    assert.deepEqual(await store().list(), []);
    assert.deepEqual(readdirSync(inside()), ['.unfinished-new']);
  });

  it('drops the oldest beyond the limit, never a pinned one or the one just made', async () => {
    const one = store({ limit: 2 });
    await one.add(attributionResult('a', '2025-01-01T00:00:00.000Z'));
    await one.setPinned('a', true);
    await one.add(attributionResult('b', '2025-01-02T00:00:00.000Z'));
    await one.add(attributionResult('c', '2025-01-03T00:00:00.000Z'));
    await one.add(attributionResult('d', '2025-01-04T00:00:00.000Z'));
    assert.deepEqual(await ids(one), ['d', 'c', 'a']);
    await one.add(attributionResult('early', '2024-01-01T00:00:00.000Z'));
    assert.deepEqual(await ids(one), ['d', 'a', 'early']);
    const again = store();
    assert.deepEqual(
      (await again.list()).map(({ pinned }) => pinned),
      [false, true, false],
    );
    assert.deepEqual(readdirSync(inside()).sort(), ['a', 'd', 'early']);
  });

  it('deletes several', async () => {
    const one = store();
    for (const id of ['a', 'b', 'c']) await one.add(attributionResult(id));
    await one.delete(['a', 'c', 'unknown']);
    assert.deepEqual(await ids(one), ['b']);
    assert.deepEqual(readdirSync(inside()), ['b']);
  });

  it('puts results aside, from where they come back as they were, or go for good', async () => {
    const one = store();
    for (const id of ['a', 'b', 'c']) await one.add(attributionResult(id));
    await one.setPinned('a', true);
    await one.putAside(['a', 'b', 'unknown']);
    assert.deepEqual(await ids(one), ['c']);
    assert.deepEqual(await ids(store()), ['c'], 'what lies aside is not listed by another window');
    await one.bringBack(['a']);
    assert.deepEqual((await ids(one)).sort(), ['a', 'c']);
    assert.ok((await one.list()).find(({ record }) => record.id === 'a')!.pinned);
    assert.deepEqual((await one.read('a')).input.data, attributionResult('a').input.data);
    await one.forget(['b']);
    assert.deepEqual(readdirSync(inside()).sort(), ['a', 'c']);
  });

  it('deletes what a closed window left aside, an hour later', async () => {
    const one = store();
    for (const id of ['a', 'b']) await one.add(attributionResult(id));
    await one.putAside(['a', 'b']);
    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(inside('.deleted-a'), yesterday, yesterday);
    assert.deepEqual(await store().list(), []);
    assert.deepEqual(readdirSync(inside()), ['.deleted-b']);
  });

  it('keeps a name and a note, and whatever has them beyond the limit', async () => {
    const one = store({ limit: 1 });
    await one.add(attributionResult('a', '2025-01-01T00:00:00.000Z'));
    await one.setWords('a', { name: 'The dog', note: 'Looks at the grass.' });
    for (const day of ['2', '3']) await one.add(attributionResult(`b${day}`, `2025-01-0${day}T00:00:00.000Z`));
    assert.deepEqual(await ids(one), ['b3', 'a']);
    const later = (await store().list())[1]!;
    assert.deepEqual(later.words, { name: 'The dog', note: 'Looks at the grass.' });
    writeFileSync(inside('a', 'words.json'), '{"name": 7}');
    assert.deepEqual((await store().list())[1]!.words, {});
    assert.equal(warnings.length, 1);
  });

  it('drops what a moved control left behind, but nothing else', async () => {
    const one = store();
    let now = 0;
    const keep = keepWithoutNoise(one, () => now);
    const attack = (id: string, epsilon: number): AttackResult => {
      const result = attackResult(id);
      return { ...result, record: { ...result.record, epsilon, parameters: { epsilon } } };
    };
    await keep(attack('a', 0.01));
    now += 500;
    await keep(attack('b', 0.02));
    now += 500;
    await keep(attack('c', 0.03));
    assert.deepEqual(await ids(one), ['c']);
    now += 10_000;
    await keep(attack('d', 0.04));
    await one.setPinned('d', true);
    now += 500;
    await keep(attack('e', 0.05));
    await keep(attributionResult('f'));
    assert.deepEqual((await ids(one)).sort(), ['c', 'd', 'e', 'f']);
  });
});
