import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { registerWasmKernels } from './kernels/register';
import { moduleFolder } from './moduleFolder';

const BINARY = 'tfjs-backend-wasm-simd.wasm';

let loaded: Promise<void> | undefined;

/** Starts the WebAssembly backend from files on disk, next to the bundle or in node_modules; nothing is fetched. */
export async function loadWasm(): Promise<void> {
  loaded ??= start();
  try {
    await loaded;
  } catch (error) {
    loaded = undefined;
    throw error;
  }
}

async function start(): Promise<void> {
  const folder = findBinaries();
  if (folder === undefined) throw new Error('its binary is missing');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(folder + path.sep);
  registerWasmKernels();
  await keepingProcessListeners(async () => {
    await tf.setBackend('wasm');
  });
}

function findBinaries(): string | undefined {
  const here = moduleFolder();
  if (existsSync(path.join(here, BINARY))) return here;
  try {
    const manifest = createRequire(path.join(here, 'index.js')).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    const folder = path.join(path.dirname(manifest), 'wasm-out');
    return existsSync(path.join(folder, BINARY)) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The backend's loader installs handlers that turn every unhandled rejection of the program into a crash; they are taken off. */
async function keepingProcessListeners(work: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  try {
    await work();
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]!.has(listener)) process.removeListener(event, listener as () => void);
      }
    }
  }
}
