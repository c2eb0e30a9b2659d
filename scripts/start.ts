// Opens VS Code with the extension and a folder of sample pictures: npm start [-- --browser] [-- --port N]
import { spawn } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run, seconds } from './support/command';
import { findDesktopVscode, hasDisplay } from './support/desktopVscode';
import { MissingError, runScript } from './support/missing';
import { cacheFolder, repository } from './support/paths';
import { startServer, workbenchAddress } from './support/vscodeServer';

const { values } = parseArgs({
  options: { browser: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
});

/** A copy of the samples, so that what is saved beside a picture stays out of the checkout. */
async function prepareSamples(): Promise<string> {
  const folder = cacheFolder('samples');
  await mkdir(folder, { recursive: true });
  await cp(path.join(repository, 'samples'), folder, { recursive: true });
  return folder;
}

async function openDesktop(program: string, folder: string): Promise<number> {
  console.log(`Opening VS Code on ${folder}.`);
  const args = [`--extensionDevelopmentPath=${repository}`, '--new-window', folder];
  const child = spawn(program, args, { stdio: 'ignore', detached: true, shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`VS Code could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('spawn', () => {
      child.unref();
      resolve(0);
    });
  });
}

async function serveWorkbench(folder: string): Promise<number> {
  const server = await startServer({ folder, extensions: [repository], port: Number(values.port) });
  const address = workbenchAddress(server, { folder });
  console.log(
    `VS Code is served at ${address} (Ctrl-C ends it). Right-click sandal.png, Gradient Lens: Show Attribution.`,
  );
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  await server.stop();
  return 0;
}

runScript(async () => {
  const build = await run(process.execPath, ['esbuild.mjs']);
  if (build.code !== 0) throw new MissingError(`The build failed:\n${build.output}`);
  console.log(`Built in ${seconds(build.milliseconds)}.`);
  const folder = await prepareSamples();
  if (values.browser) return serveWorkbench(folder);
  const program = hasDisplay() ? await findDesktopVscode() : undefined;
  if (program) return openDesktop(program, folder);
  console.log(
    hasDisplay()
      ? 'The desktop VS Code is not on the PATH and cannot be downloaded: serving it in the browser.'
      : 'There is no display: serving VS Code in the browser.',
  );
  return serveWorkbench(folder);
});
