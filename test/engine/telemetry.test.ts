import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineClient } from '../../src/engine/process/client';
import { TELEMETRY_OFF } from '../../src/runtime/onnx/telemetry';
import type { Bundle } from './support/bundle';
import { bundleProgram, projectRoot, wasmFiles } from './support/bundle';
import { makeFolder } from './support/folder';
import { writeGreyPng, writeLinearModel } from './support/linearModel';

const model = path.join(projectRoot, 'media/models/fashion-mnist/model.json');
const image = path.join(projectRoot, 'samples/sandal.png');
/** The library looks its host up some nine seconds after it was loaded. */
const LOOKED_UP_AFTER = 13;

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
let cli: Bundle;
let engine: Bundle;
let editor: Bundle;

beforeAll(async () => {
  [cli, engine, editor] = await Promise.all([
    bundleProgram('src/cli/main.ts', wasmFiles()),
    bundleProgram('src/engine/main.ts', wasmFiles()),
    bundleProgram('test/engine/support/idleEngine.ts'),
  ]);
  writeLinearModel(at('linear'), {
    height: 2,
    width: 2,
    weights: [0, 1, 2, 3].map((pixel) => [pixel, 1 - pixel]),
    bias: [0, 0],
    classes: ['cat', 'dog'],
  });
  for (const [part, count] of [
    ['train', 8],
    ['test', 2],
  ] as const)
    // prettier-ignore
    for (let index = 0; index < count; index++)
      await writeGreyPng(at('data', part, index % 2 ? 'cat' : 'dog', `${index}.png`), [index, 9, 200, 4 * index], 2, 2);
});
afterAll(() => {
  for (const bundle of [cli, engine, editor]) bundle.remove();
  folder.remove();
});

const QUIET = new Set([...Object.keys(TELEMETRY_OFF), 'CI', 'ORT_RUNNING_UNIT_TESTS']);

/** An environment with a home and a cache folder of its own, and nothing in it that keeps the library quiet. */
function homeOf(name: string): { readonly env: NodeJS.ProcessEnv; readonly files: () => string[] } {
  const home = at(name);
  mkdirSync(path.join(home, 'cache'), { recursive: true });
  const loud = Object.entries(process.env).filter(([name]) => !QUIET.has(name));
  const own = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: path.join(home, 'cache') };
  const env = { ...Object.fromEntries(loud), ...own };
  return {
    env,
    files: () =>
      readdirSync(home, { recursive: true })
        .map(String)
        .filter((file) => file !== 'cache'),
  };
}

function end(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, said }));
  });
}

const works = (command: string, ...args: string[]): boolean =>
  process.platform === 'linux' && spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const canCutOff = works('unshare', '-rn', 'true');
const canTrace = works('strace', '-f', '-e', 'trace=network', '-o', '/dev/null', 'true');

describe('nothing is reported to the makers of ONNX Runtime', () => {
  const plan = ['--model', 'linear', '--batch-size', '2', '--validation', '0', '--epochs', '2', '--engine', 'onnx'];

  it.each([
    ['predict', [image, '--engine', 'onnx']],
    ['attribute', [image, '--engine', 'onnx']],
    ['attack', [image, '--engine', 'onnx']],
    ['info', ['--engine', 'onnx']],
    ['train', ['data', ...plan, '--watch', 'data/test/cat/1.png', '--out', 'run']],
  ] as const)('%s leaves no file in the home folder', async (command, args) => {
    const { env, files } = homeOf(`home-${command}`);
    const { status, said } = await end(process.execPath, [cli.file, command, ...args], env);
    expect(status, said).toBe(0);
    expect(said).toMatch(/onnx/);
    expect(files()).toEqual([]);
  });

  it('the engine process leaves no file there', async () => {
    const { env, files } = homeOf('home-engine');
    const { status, said } = await end(process.execPath, [editor.file, engine.file, model, image, '0'], env);
    expect({ status, said }).toEqual({ status: 0, said: 'onnx' });
    expect(files()).toEqual([]);
  });

  it('an engine process is told, whatever its parent was told', async () => {
    const silent = () => undefined;
    const program = at('environment.cjs');
    const seen = at('environment.txt');
    writeFileSync(
      program,
      `require('fs').writeFileSync(${JSON.stringify(seen)}, String(process.env.ORT_DISABLE_TELEMETRY))`,
    );
    const before = process.env.ORT_DISABLE_TELEMETRY;
    delete process.env.ORT_DISABLE_TELEMETRY;
    try {
      const client = createEngineClient({ enginePath: program, log: { info: silent, warn: silent, error: silent } });
      await client.methods().catch(silent);
      await client.dispose();
    } finally {
      process.env.ORT_DISABLE_TELEMETRY = before;
    }
    expect(readFileSync(seen, 'utf8')).toBe('1');
  });

  it('a worker thread whose main thread did not switch it off refuses to load the library', async () => {
    const telemetry = await bundleProgram('src/runtime/onnx/telemetry.ts');
    const outcomeIn = (env: NodeJS.ProcessEnv): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const source = `
          const { switchTelemetryOff } = require(${JSON.stringify(telemetry.file)});
          let outcome = 'quiet';
          try { switchTelemetryOff(); } catch (error) { outcome = error.message; }
          require('node:worker_threads').parentPort.postMessage(outcome);`;
        new Worker(source, { eval: true, env }).once('message', resolve).once('error', reject);
      });
    expect(await outcomeIn({ ...TELEMETRY_OFF })).toBe('quiet');
    expect(await outcomeIn({})).toBe('ORT_DISABLE_TELEMETRY=1 must be set by the main thread');
    telemetry.remove();
  });

  // In a network of its own, which leads nowhere: what the switch is for, and that these tests would see it.
  it.skipIf(!canCutOff)('the library alone writes there and looks a host up', async () => {
    const { env, files } = homeOf('home-bare');
    const trace = at('bare.txt');
    const program = at('bare.cjs');
    const packages = JSON.stringify(path.join(projectRoot, 'package.json'));
    writeFileSync(
      program,
      `const ort = require('node:module').createRequire(${packages})('onnxruntime-node');
       ort.InferenceSession.create(Buffer.alloc(4)).catch(() => setTimeout(() => undefined, ${1000 * LOOKED_UP_AFTER}));`,
    );
    const traced = canTrace ? ['strace', '-f', '-e', 'trace=network', '-o', trace] : [];
    await end('unshare', ['-rn', ...traced, process.execPath, program], env);
    expect(files().sort().join(' ')).toMatch(/deviceid.*onnxruntime\.db/);
    if (canTrace) expect(internetCalls(trace)).not.toEqual([]);
  });

  it.skipIf(!canTrace)('an engine process that stays open asks no name server and opens no connection', async () => {
    const { env, files } = homeOf('home-open');
    const trace = at('engine.txt');
    const command = [process.execPath, editor.file, engine.file, model, image, String(LOOKED_UP_AFTER)];
    const { status, said } = await end('strace', ['-f', '-e', 'trace=network', '-o', trace, ...command], env);
    expect({ status, said }).toEqual({ status: 0, said: 'onnx' });
    expect(existsSync(trace)).toBe(true);
    expect(internetCalls(trace)).toEqual([]);
    expect(files()).toEqual([]);
  });
});

/** Calls of a trace that concern the internet or the cache of names. */
function internetCalls(trace: string): string[] {
  return readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => /AF_INET6?|nscd/.test(line));
}
