#!/usr/bin/env node
// Runs the command line; in a checkout it is built first when it is missing or older than its source.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const program = path.join(root, 'dist', 'cli.js');
const source = path.join(root, 'src');
const builder = path.join(root, 'esbuild.mjs');
const lock = path.join(root, '.cache', 'build.lock');
const LONGEST_BUILD = 120_000;

if (existsSync(source) && existsSync(builder) && isOutdated() && (isWritable() || !existsSync(program))) buildOnce();
createRequire(import.meta.url)(program);

function isOutdated() {
  if (!existsSync(program)) return true;
  const built = statSync(program).mtimeMs;
  return [builder, path.join(root, 'package.json'), ...filesIn(source)].some((file) => statSync(file).mtimeMs > built);
}

function isWritable() {
  try {
    accessSync(root, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** One process builds; others that start meanwhile wait for it. */
function buildOnce() {
  mkdirSync(path.dirname(lock), { recursive: true });
  while (!tryLock()) {
    if (lockAge() > LONGEST_BUILD) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    if (isOutdated()) build();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function lockAge() {
  try {
    return Date.now() - statSync(lock).mtimeMs;
  } catch {
    return 0;
  }
}

function build() {
  process.stderr.write('Building gradient-lens …\n');
  const { status } = spawnSync(process.execPath, [builder], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write('Gradient Lens could not be built.\nRun "npm ci" in its folder, then try again.\n');
  rmSync(lock, { recursive: true, force: true });
  process.exit(1);
}
