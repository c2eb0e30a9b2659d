import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { run } from './command';
import { copyNativeParts } from './nativeParts';
import { repository } from './paths';
import { bundledPackages, thirdPartyNotices } from './thirdPartyNotices';

export interface ExtensionPackage {
  readonly file: string;
  readonly megabytes: number;
}

const require = createRequire(import.meta.url);
const vsce = require.resolve('@vscode/vsce/vsce');

const LARGEST_MEGABYTES = 36;
export const LARGEST_EXTENSION_BYTES = 206_000;

const REQUIRED = [
  'package.json',
  'README.md',
  'LICENSE',
  'dist/extension.js',
  'dist/engine.js',
  'dist/sessionThread.js',
  'dist/isolatedProcess.js',
  'dist/tfjs-backend-wasm-simd.wasm',
  'dist/webview/panel.js',
  'dist/webview/panel.css',
  'dist/webview/training.js',
  'dist/webview/training.css',
  'dist/webview/inspector.js',
  'dist/node_modules/sharp/package.json',
  'media/models/fashion-mnist/model.json',
  'media/models/fashion-mnist/weights.bin',
  'media/models/flowers/weights.bin',
  'samples/sandal.png',
  'samples/flowers/daisy.jpg',
];

/** Builds for production and packs a .vsix for this platform; throws if something is missing, strange or too large. */
export async function packExtension(): Promise<ExtensionPackage> {
  await mustRun(process.execPath, ['esbuild.mjs', '--production']);
  const native = await copyNativeParts();
  await writeNotices(native);
  await checkContents();
  checkSize('dist/extension.js', LARGEST_EXTENSION_BYTES);

  const manifest = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8')) as { version: string };
  const target = packageTarget();
  const file = path.join(repository, `gradient-lens-${target}-${manifest.version}.vsix`);
  await mustRun(process.execPath, [
    ...[vsce, 'package', '--no-dependencies', '--target', target, '--out', file],
    ...['--allow-missing-repository', '--no-rewrite-relative-links'],
  ]);
  const megabytes = statSync(file).size / 1e6;
  if (megabytes > LARGEST_MEGABYTES)
    throw new Error(
      `${path.basename(file)} has ${megabytes.toFixed(1)} MB, more than the ${LARGEST_MEGABYTES} MB that it may have.`,
    );
  return { file, megabytes };
}

/** The Marketplace's name for this platform. */
function packageTarget(): string {
  const musl = process.platform === 'linux' && existsSync('/etc/alpine-release');
  const system = musl ? 'alpine' : process.platform;
  return `${system}-${process.arch === 'arm' ? 'armhf' : process.arch}`;
}

async function writeNotices(native: readonly string[]): Promise<void> {
  const names = [...new Set([...(await bundledPackages()), ...native])].sort();
  await writeFile(path.join(repository, 'dist', 'ThirdPartyNotices.txt'), thirdPartyNotices(names));
}

async function checkContents(): Promise<void> {
  const listed = await mustRun(process.execPath, [vsce, 'ls', '--no-dependencies']);
  const files = new Set(listed.split('\n').map((line) => line.trim()));
  const absent = REQUIRED.filter((file) => !files.has(file));
  if (absent.length > 0) throw new Error(`The package lacks ${absent.join(', ')}.`);
  const strange = [...files].filter((file) => /^(src|test|scripts|webview-ui|dist\/test)\/|\.tsx?$/.test(file));
  if (strange.length > 0) throw new Error(`The package must not contain ${strange.slice(0, 5).join(', ')}.`);
}

function checkSize(file: string, largest: number): void {
  const { size } = statSync(path.join(repository, file));
  if (size > largest) throw new Error(`${file} has ${size} bytes, more than the ${largest} that it may have.`);
}

async function mustRun(program: string, args: readonly string[]): Promise<string> {
  const result = await run(program, args);
  if (result.code !== 0) throw new Error(`${path.basename(args[0] ?? program)} failed:\n${result.output}`);
  return result.output;
}
