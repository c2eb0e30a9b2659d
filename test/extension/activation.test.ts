import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { commands } from 'vscode';
import { api, extension } from './support/host';

/** Command lines of the processes that this one started. */
function children(): string[] {
  const lines: string[] = [];
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, , parent] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/\(.*\)/s, '')
        .split(/\s+/)
        .filter(Boolean)
        .map(Number);
      if (parent === process.pid) lines.push(readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
    } catch {
      // It ended meanwhile.
    }
  }
  return lines;
}

describe('activation', () => {
  it('waits for the first use', () => {
    assert.equal(extension().isActive, false);
  });

  it('takes less than 20 ms and reads, starts and stores nothing', async () => {
    const { activationMilliseconds, engine, panels, models } = await api();
    assert.ok(activationMilliseconds < 20, `${activationMilliseconds} ms`);
    assert.equal(engine.pid, undefined);
    assert.equal(panels.session, undefined);
    assert.equal(models.active.id, 'bundled:fashion-mnist');
    if (process.platform === 'linux')
      assert.deepEqual(
        children().filter((line) => line.includes('engine.js')),
        [],
      );
  });

  it('registers every command', async () => {
    const contributed = (extension().packageJSON as Manifest).contributes.commands.map(({ command }) => command);
    const registered = (await commands.getCommands(true)).filter((id) => /^gradientLens\.[a-z]+$/i.test(id));
    assert.deepEqual([...registered].sort(), [...contributed].sort());
  });
});

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}
