import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import externalPackages from '../../../scripts/support/externalPackages.json';

export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export interface Bundle {
  /** Of the entry point, as esbuild.mjs would make it. */
  readonly file: string;
  readonly folder: string;
  readonly remove: () => void;
}

const COMMAND_LINE = 'src/cli/main.ts';

/**
 * Bundles one program into a folder of its own inside the project, where the packages that stay outside are found.
 * `assets`: files of the product's `dist` folder that it needs beside it.
 */
export async function bundleProgram(entryPoint: string, assets: readonly string[] = []): Promise<Bundle> {
  const cache = path.join(projectRoot, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'test-'));
  await esbuild.build({
    absWorkingDir: projectRoot,
    entryPoints: {
      program: entryPoint,
      ...(entryPoint === COMMAND_LINE && { engine: 'src/engine/main.ts' }),
      sessionThread: 'src/runtime/onnx/training/sessionThread.ts',
      isolatedProcess: 'src/runtime/onnx/isolated/isolatedProcess.ts',
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: externalPackages,
    logLevel: 'error',
  });
  for (const asset of assets) cpSync(asset, path.join(folder, path.basename(asset)));
  return {
    file: path.join(folder, 'program.js'),
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The WebAssembly programs that lie beside the bundles. */
export function wasmFiles(): string[] {
  const folder = path.join(projectRoot, 'node_modules/@tensorflow/tfjs-backend-wasm/wasm-out');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => path.join(folder, name));
}
