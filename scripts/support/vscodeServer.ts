import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from './command';
import { temporaryFolder } from './paths';
import { prepareVscodeHost } from './vscodeHost';

export interface ServerOptions {
  /** Opened when the address names no folder. */
  readonly folder?: string;
  /** Packages that are installed before the start. */
  readonly packages?: readonly string[];
  /** Unpacked extensions that are linked in before the start. */
  readonly extensions?: readonly string[];
  /** Needed for extension tests (the address may carry them); hides notification toasts. */
  readonly automation?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly port?: number;
}

/** Where a server is; plain data. */
export interface ServerFacts {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** Holds user data, extensions and logs; removed at the end. */
  readonly folder: string;
  readonly automation: boolean;
}

export interface VscodeServer extends ServerFacts {
  readonly stop: () => Promise<void>;
}

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
};

/** Serves the VS Code workbench with a real extension host on 127.0.0.1. */
export async function startServer(options: ServerOptions = {}): Promise<VscodeServer> {
  const host = await prepareVscodeHost();
  const folder = temporaryFolder('gradient-lens-vscode-');
  const extensions = path.join(folder, 'extensions');
  await mkdir(extensions, { recursive: true });
  await writeSettings(folder, options.settings ?? {});
  for (const extension of options.extensions ?? []) await linkExtension(extension, extensions);

  const common = [
    host.serverMain,
    '--accept-server-license-terms',
    ...['--server-data-dir', folder],
    ...['--user-data-dir', path.join(folder, 'data')],
    ...['--extensions-dir', extensions],
  ];
  for (const file of options.packages ?? []) {
    const result = await run(host.node, [...common, '--install-extension', file, '--force'], { cwd: folder });
    if (result.code !== 0) throw new Error(`${file} could not be installed in VS Code:\n${result.output}`);
  }

  const child = spawn(
    host.node,
    [
      ...common,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
      ...['--disable-workspace-trust', '--disable-telemetry', '--telemetry-level', 'off', '--disable-update-check'],
      '--disable-getting-started-override',
      ...(options.automation ? ['--enable-smoke-test-driver'] : []),
      ...(options.folder ? ['--default-folder', options.folder] : []),
    ],
    {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder, XDG_RUNTIME_DIR: folder, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: extension host and engine end with the server.
      detached: true,
    },
  );
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // The group is gone already.
    }
  };
  const killOnExit = () => signalGroup('SIGKILL');
  process.once('exit', killOnExit);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));

  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`VS Code's server did not start in 60 s:\n${output}`)), 60_000);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => reject(new Error(`VS Code's server ended with ${String(code)}:\n${output}`)));
  });

  return {
    address: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    folder,
    automation: options.automation ?? false,
    stop: async () => {
      signalGroup('SIGTERM');
      const timer = setTimeout(() => signalGroup('SIGKILL'), 4000);
      await exited;
      clearTimeout(timer);
      signalGroup('SIGKILL');
      process.removeListener('exit', killOnExit);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Replaces the user settings of a server; an open workbench takes them up by itself. */
export async function writeSettings(serverFolder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = path.join(serverFolder, 'data', 'User');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...settings }));
}

async function linkExtension(source: string, extensions: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as Manifest;
  await symlink(source, path.join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`), 'dir');
}

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

/** Everything that was written to an output channel (`createOutputChannel(name, { log: true })`). */
export function readChannel(serverFolder: string, name: string): string {
  const logs = path.join(serverFolder, 'data', 'logs');
  if (!existsSync(logs)) return '';
  return readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === `${name}.log`)
    .sort()
    .map((file) => readFileSync(path.join(logs, file), 'utf8'))
    .join('');
}

export interface WorkbenchOptions {
  readonly folder?: string;
  /** An unpacked extension to load and, with it, a module of tests to run in its host; both need `automation`. */
  readonly development?: { readonly extension: string; readonly tests?: string };
}

/** Address of a workbench window. */
export function workbenchAddress(server: ServerFacts, options: WorkbenchOptions = {}): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload: [string, string][] = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (options.development) payload.push(['extensionDevelopmentPath', remote(options.development.extension)]);
  if (options.development?.tests) payload.push(['extensionTestsPath', remote(options.development.tests)]);
  const url = new URL(server.address);
  if (options.folder) url.searchParams.set('folder', options.folder);
  if (server.automation) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
