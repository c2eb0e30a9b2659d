// Bundles everything that runs: node esbuild.mjs [--production] [--watch]
import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const require = createRequire(import.meta.url);

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  outdir: 'dist',
};

/** Parts with native binaries stay outside: they are found beside the bundle or in node_modules. */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: require('./scripts/support/externalPackages.json'),
};

const builds = [
  { ...node, entryPoints: { extension: 'src/extension/extension.ts' } },
  {
    ...node,
    entryPoints: {
      engine: 'src/engine/main.ts',
      cli: 'src/cli/main.ts',
      sessionThread: 'src/runtime/onnx/training/sessionThread.ts',
      isolatedProcess: 'src/runtime/onnx/isolated/isolatedProcess.ts',
    },
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    entryPoints: {
      'webview/panel': 'webview-ui/panel.ts',
      'webview/training': 'webview-ui/training.ts',
      'webview/inspector': 'webview-ui/inspector.ts',
    },
    loader: { '.ttf': 'file' },
    assetNames: 'webview/[name]',
  },
];

async function copyAssets() {
  await mkdir(path.join(root, 'dist'), { recursive: true });
  const wasm = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')) + '/wasm-out';
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'])
    await cp(path.join(wasm, name), path.join(root, 'dist', name));
}

if (!watch) await rm(path.join(root, 'dist'), { recursive: true, force: true });
await copyAssets();
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
