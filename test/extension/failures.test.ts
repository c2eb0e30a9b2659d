import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Uri } from 'vscode';
import type { TestApi } from '../../src/extension/testApi';
import type { ToPanel } from '../../src/protocol/panel';
import { api, closePanel, execute, sample, shown, until } from './support/host';

describe('failures', () => {
  let host: TestApi;
  let folder: string;
  before(async () => {
    host = await api();
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-failures-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closePanel(host);
  });

  function file(name: string, content: string | Uint8Array): Uri {
    writeFileSync(path.join(folder, name), content);
    return Uri.file(path.join(folder, name));
  }

  it('of a text renamed .png are said in two sentences', async () => {
    await execute('gradientLens.showAttribution', file('notes.png', 'This is a text.\n'.repeat(20)));
    const { imageName, error } = shown(host, 'error');
    assert.equal(imageName, 'notes.png');
    assert.match(error.message, /notes\.png/);
    for (const sentence of [error.message, error.hint]) assert.match(sentence, /^\S.+\.$/);
    assert.doesNotMatch(error.message, /went wrong/);
  });

  it('of a missing picture are said', async () => {
    await execute('gradientLens.showAttribution', Uri.file(path.join(folder, 'missing.png')));
    assert.match(shown(host, 'error').error.message, /missing\.png/);
  });

  it('of an attack that does not exist are said', async () => {
    await execute('gradientLens.runAttack', sample(), 'no-such-attack');
    assert.match(shown(host, 'error').error.message, /no-such-attack/);
  });

  it('do not outlive the next success', async () => {
    await execute('gradientLens.showAttribution', sample());
    shown(host, 'attribution');
  });

  it('of the engine process are said, what is shown stays, and the next request works', async () => {
    const before = shown(host, 'attribution').result.record.id;
    await execute('gradientLens.restartEngine');
    const posted: ToPanel[] = [];
    const listener = host.panels.session!.onDidPost((message) => posted.push(message));
    const run = execute('gradientLens.showAttribution', sample());
    await until(() => host.engine.pid !== undefined, 'the engine');
    process.kill(host.engine.pid!, 'SIGKILL');
    await run;
    listener.dispose();
    const answer = posted.at(-1);
    assert.ok(answer?.type === 'answer' && answer.outcome.kind === 'failed');
    assert.match(answer.outcome.error.message, /engine process stopped/);
    assert.equal(shown(host, 'attribution').result.record.id, before);

    await execute('gradientLens.showAttribution', sample());
    assert.notEqual(shown(host, 'attribution').result.record.id, before);
  });
});
