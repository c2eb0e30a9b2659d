import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LARGEST_EXTENSION_BYTES } from '../../scripts/support/extensionPackage';
import { repository } from '../../scripts/support/paths';
import { engineProcesses } from './support/engineProcess';
import { showAttribution } from './support/panel';
import { useSession } from './support/session';

describe('the installed package', () => {
  const session = useSession();

  it('is small where it is loaded at start', () => {
    expect(statSync(path.join(installed(), 'dist', 'extension.js')).size).toBeLessThan(LARGEST_EXTENSION_BYTES);
  });

  it('works without the checkout and its node_modules', async () => {
    const { server, workbench } = session();
    const before = engineProcesses(server);
    await showAttribution(workbench, 'sandal.png');
    const engine = engineProcesses(server).find((pid) => !before.includes(pid))!;
    const command = readFileSync(`/proc/${engine}/cmdline`, 'utf8');
    const mapped = readFileSync(`/proc/${engine}/maps`, 'utf8');
    expect(command).toContain(installed());
    expect(mapped).toContain(path.join(installed(), 'dist', 'node_modules'));
    expect(mapped).not.toContain(repository);
  });

  function installed(): string {
    const extensions = path.join(session().server.folder, 'extensions');
    const name = readdirSync(extensions).find((entry) => entry.startsWith('gradient-lens.gradient-lens-'));
    return path.join(extensions, name!);
  }
});
