import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BuildFailure } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleProduct } from '../../../bench/productBundle';

const ROOT = path.resolve(__dirname, '../../..');

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'bundle-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout in small: its bench prints what its product and its packages say. */
function checkout(name: string): string {
  const place = path.join(folder, name);
  const files = {
    'bench/worker.ts': `import { product } from '../src/core/product';\nimport { measure } from './measure';\nconsole.log(measure + ' measures ' + product());`,
    'bench/trainingWorker.ts': '',
    'bench/measure.ts': `export const measure: string = 'bench of ${name}';`,
    'src/core/product.ts': `import native from 'native';\nimport pure from 'pure';\nimport { neighbour } from './neighbour';\nexport const product = (): string => [neighbour, native, pure].join(', ');`,
    'src/core/neighbour.ts': `export const neighbour: string = 'product of ${name}';`,
    'src/core/someThread.ts': `console.log('thread of ${name}');`,
    'node_modules/native/index.js': `module.exports = 'native of ${name}';`,
    'node_modules/pure/index.js': `module.exports = 'pure of ${name}';`,
    'scripts/support/externalPackages.json': '["native"]',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    writeFileSync(path.join(place, file), text);
  }
  return place;
}

const run = (file: string): string => execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim();

describe('the bundle of another checkout', () => {
  it('has our bench, and the product, the packages and the threads from there', async () => {
    const [ours, other, out] = [checkout('ours'), checkout('other'), path.join(folder, 'out')];
    const bundle = await bundleProduct(ours, other, out);
    expect(run(bundle.program('worker'))).toBe(
      'bench of ours measures product of other, native of other, pure of other',
    );
    expect(run(path.join(out, 'someThread.js'))).toBe('thread of other');
    const own = await bundleProduct(ours, ours, path.join(folder, 'own'));
    expect(run(own.program('worker'))).toBe('bench of ours measures product of ours, native of ours, pure of ours');
  });

  it('finds what an older checkout had in its core', async () => {
    const [ours, older] = [checkout('ours'), checkout('older')];
    mkdirSync(path.join(ours, 'src/runtime'));
    mkdirSync(path.join(older, 'src/core/runtime'));
    writeFileSync(path.join(ours, 'src/runtime/load.ts'), `export const load = 'beside';`);
    writeFileSync(path.join(older, 'src/core/runtime/load.ts'), `export const load = 'inside';`);
    writeFileSync(
      path.join(ours, 'bench/worker.ts'),
      `import { load } from '../src/runtime/load';\nconsole.log(load);`,
    );
    const bundle = await bundleProduct(ours, older, path.join(folder, 'out'));
    expect(run(bundle.program('worker'))).toBe('inside');
  });

  it('refuses a folder that is no checkout, or has no packages', async () => {
    const [ours, bare] = [checkout('ours'), path.join(folder, 'bare')];
    mkdirSync(bare);
    await expect(bundleProduct(ours, bare, path.join(folder, 'out'))).rejects.toThrow(/no checkout/);
    mkdirSync(path.join(bare, 'src'));
    await expect(bundleProduct(ours, bare, path.join(folder, 'out'))).rejects.toThrow(/npm ci/);
    expect(existsSync(path.join(folder, 'out'))).toBe(false);
  });

  it('takes nothing of this product into what measures another', async () => {
    const other = checkout('other');
    // What the bench's programs import of the product is missing there: esbuild must say so and not find it here.
    const problem: unknown = await bundleProduct(ROOT, other, path.join(folder, 'out')).catch(
      (error: unknown) => error,
    );
    const reasons = (problem as BuildFailure).errors.map(({ text }) => text);
    expect(reasons).toContain('Could not resolve "./src/runtime/loadClassifier"');
    expect(reasons.filter((reason) => !reason.startsWith('Could not resolve "./src/'))).toEqual([]);
  });

  it('holds the product of this repository', async () => {
    const { inputs, program } = await bundleProduct(ROOT, ROOT, path.join(folder, 'out'));
    const files = Object.keys(inputs);
    // One character beyond ASCII, which a regular expression brings in, and Node keeps the program in two bytes a character:
    // starting takes 60 ms more.
    expect(readFileSync(program('worker')).every((byte) => byte < 128)).toBe(true);
    const some = [
      'core/attribution/registry',
      'core/attack/registry',
      'runtime/loadClassifier',
      'runtime/onnx/loadOnnx',
    ];
    for (const file of some) expect(files).toContain(`src/${file}.ts`);
    expect(files.some((file) => /^node_modules\/(sharp|onnxruntime-node)\//.test(file))).toBe(false);
  });
});
