import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/formats/npy/npy';
import type { AttackRecord } from '../../src/core/result/kinds/attack';
import type { AttributionRecord } from '../../src/core/result/kinds/attribution';
import type { ClassScore } from '../../src/core/result/record';
import type { Bundle } from '../engine/support/bundle';
import { bundleProgram, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import type { LinearModel } from '../engine/support/linearModel';
import { logitsOf, softmax, writeGreyPng, writeLinearModel } from '../engine/support/linearModel';
import { type Ended, runProgram } from './support/runProgram';

const linear: LinearModel = {
  height: 2,
  width: 2,
  weights: [
    [2, -1, 0.5],
    [-3, 1, 0.25],
    [0.5, 2, -1],
    [1, -2, 1],
  ],
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
};
const bytes = [255, 51, 102, 0];
const pixels = bytes.map((value) => value / 255);

let bundle: Bundle;
const folder = makeFolder();
const at = (name: string) => path.join(folder.path, name);

beforeAll(async () => {
  bundle = await bundleProgram('src/cli/main.ts', wasmFiles());
  writeLinearModel(at('linear'), linear);
  writeLinearModel(at('around/model'), linear);
  await writeGreyPng(at('x.png'), bytes, 2, 2);
  writeFileSync(at('text.png'), 'This is a text.\n');
});
afterAll(() => {
  bundle.remove();
  folder.remove();
});

/** Runs the program in the temporary folder. */
function run(...values: string[]): Promise<Ended> {
  return runProgram(bundle.file, values, folder.path);
}

const model = ['--model', 'linear/model.json', '--engine', 'cpu'];

async function json<T>(...values: string[]): Promise<T> {
  const { status, stdout, stderr } = await run(...values, '--json');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as T;
}

function expectClasses(classes: readonly ClassScore[], expected: readonly number[], count: number) {
  expect(classes).toHaveLength(count);
  for (const { index, name, probability } of classes) {
    expect(name).toBe(linear.classes[index]);
    expect(probability).toBeCloseTo(expected[index]!, 5);
  }
}

/** Two lines on standard error, nothing on standard output. */
function expectRefusal({ status, stdout, stderr }: Ended, message: RegExp) {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  expect(status).toBe(2);
}

describe('methods and info', () => {
  it('list what there is', async () => {
    const catalog = await json<Record<string, { id: string }[]>>('methods');
    expect(catalog.attribution!.map(({ id }) => id)).toContain('gradient-x-input');
    expect(catalog.attack!.map(({ id }) => id)).toContain('fgsm');
    const { stdout } = await run('methods');
    expect(stdout).toContain('max-normed-gradient');
    expect(stdout).toContain('epsilon=0.01');
    expect(stdout).toContain('epsilon=8/255');
    expect(stdout).toMatch(/^ {6}signed-mean +The mean of f\(a\)/m);
    const help = await run('train', '--help');
    expect(help.stdout).toMatch(/--checkpoints <when> .*\(default: (every:\d+|log|epochs|end)\)/);
    expect(help.stdout).not.toContain('{"');
  });

  it('say what a model is', async () => {
    const document = await json('info', 'linear/model.json', '--engine', 'cpu');
    expect(document).toMatchObject({
      kind: 'model',
      engine: 'cpu',
      model: { name: 'Linear', format: 'tfjs-layers' },
      input: { height: 2, width: 2, channels: 1 },
      parameters: 15,
      classes: [
        { index: 0, name: 'cat' },
        { index: 1, name: 'dog' },
        { index: 2, name: 'owl' },
      ],
    });
  });
});

describe('predict', () => {
  it('gives the top classes of an image', async () => {
    const document = await json<{ classes: ClassScore[] }>('predict', 'x.png', ...model, '--top', '2');
    expect(document).toMatchObject({ kind: 'prediction', engine: 'cpu', image: { path: at('x.png') } });
    expectClasses(document.classes, softmax(logitsOf(linear, pixels)), 2);
  });

  it('says how a picture was decoded where anything was changed, and what is hard to see of it', async () => {
    const twelve = Uint16Array.of(4095, 819, 1638, 0);
    const wide = sharp(twelve, { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('grey16');
    await wide.png().withMetadata({ orientation: 3 }).toFile(at('twelve.png'));
    const { status, stdout, stderr } = await run('predict', 'twelve.png', ...model);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^decoded +turned by 180° \(EXIF orientation 3\); the high 8 of 16 bits kept$/m);
    expect(stderr).toMatch(/^Warning: twelve\.png: the brightest pixel of this 16-bit picture is 6 % of white, .*\n$/);
    for (const command of [['predict'], ['attribute', '--class', 'dog'], ['attack', '--epsilon', '0.1']]) {
      const [name, ...options] = command as [string, ...string[]];
      const ended = await run(name, 'twelve.png', ...model, ...options, '--json');
      const { image, warnings } = JSON.parse(ended.stdout) as AttackRecord;
      expect(image.decoding).toMatchObject({
        format: 'PNG',
        bits: 16,
        colours: 'RGB',
        orientation: { value: 3, source: 'EXIF' },
        brightest: 4095 / 65535,
      });
      expect(warnings.filter((warning) => warning.startsWith('twelve.png: '))).toHaveLength(1);
    }
    expect((await run('predict', 'x.png', ...model)).stdout).not.toContain('decoded');
  });

  it('goes on after an image that fails, and says so by its status', async () => {
    const { status, stdout, stderr } = await run('predict', 'text.png', 'x.png', ...model, '--json');
    const { kind, results } = JSON.parse(stdout) as { kind: string; results: { kind: string }[] };
    expect(kind).toBe('predictions');
    expect(results.map((result) => result.kind)).toEqual(['error', 'prediction']);
    expect(stderr).toContain('text.png');
    expect(status).toBe(2);
  });
});

describe('attribute', () => {
  it('writes the overlay and the raw map that its numbers describe', async () => {
    const document = await json<AttributionRecord & { outputs: Record<string, string> }>(
      ...['attribute', 'x.png', ...model, '--method', 'input-x-gradient', '--class', 'dog', '--seed', '7'],
      ...['--out', 'overlay.png', '--save-map', 'map.npy'],
    );
    const { data, shape } = decodeNpy(readFileSync(at('map.npy')), 'map.npy');
    expect(shape).toEqual([2, 2, 1]);
    linear.weights.forEach((row, index) => expect(data[index]).toBeCloseTo(row[1]! * pixels[index]!, 5));
    expect(document.statistics.minimum).toBe(Math.min(...data));
    expect(document.statistics.maximum).toBe(Math.max(...data));
    expect(document.statistics.sum).toBeCloseTo(
      data.reduce((sum, value) => sum + value, 0),
      6,
    );
    expect(document).toMatchObject({ kind: 'attribution', engine: 'cpu', seed: 7, objective: { className: 'dog' } });
    expect(document.outputs).toEqual({ overlay: at('overlay.png'), map: at('map.npy') });
    const { width, height, format } = await sharp(at('overlay.png')).metadata();
    expect({ width, height, format }).toEqual({ width: 2, height: 2, format: 'png' });
  });

  it('is readable without --json', async () => {
    const { status, stdout } = await run('attribute', 'x.png', ...model, '--objective', 'probability');
    expect(status).toBe(0);
    expect(stdout).toContain('probability of cat');
    expect(stdout).toMatch(/0\s+cat\s+\d+\.\d\d %/);
  });

  it('holds a class against another one, which are both listed', async () => {
    const asked = ['attribute', 'x.png', ...model, '--method', 'gradient', '--class', 'dog', '--against', 'owl'];
    const { stdout } = await run(...asked, '--top', '1');
    expect(stdout).toContain('logit of dog − logit of owl = ');
    const document = await json<AttributionRecord>(...asked, '--top', '1', '--save-map', 'margin.npy');
    expect(document.objective).toMatchObject({ kind: 'combination', against: { classIndex: 2, className: 'owl' } });
    expect(document.classes.map(({ name }) => name).sort()).toEqual(['cat', 'dog', 'owl']);
    const { data } = decodeNpy(readFileSync(at('margin.npy')), 'margin.npy');
    linear.weights.forEach((row, index) => expect(data[index]).toBeCloseTo(row[1]! - row[2]!, 5));
    const same = await run('attribute', 'x.png', ...model, '--against', 'cat');
    expect(same.status).toBe(2);
    expect(same.stderr).toContain('cannot be explained against itself');
  });
});

describe('attribute over checkpoints', () => {
  it('says how many there are, and lays the map over the picture', async () => {
    const asked = ['attribute', 'x.png', '--model', 'series', '--engine', 'cpu', '--method', 'training-integrated'];
    for (const step of ['1', '2', '3']) writeLinearModel(at(`series/${step}`), linear);
    const { status, stdout } = await run(...asked, '--label', 'cat', '--out', 'series.png');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^checkpoints +3 checkpoints of .*series$/m);
    expect((await sharp(at('series.png')).metadata()).width).toBe(2);
  });
});

describe('attack', () => {
  it('writes the adversarial image in both precisions and a figure', async () => {
    const document = await json<AttackRecord>(
      ...['attack', 'x.png', ...model, '--epsilon', '51/255', '--param', 'clamp=false', '--label', 'cat'],
      ...['--out', 'adversarial.png', '--save-input', 'adversarial.npy', '--figure', 'figure.png'],
    );
    expect(document).toMatchObject({ kind: 'attack', epsilon: 0.2, parameters: { clamp: false } });
    const { data, shape } = decodeNpy(readFileSync(at('adversarial.npy')), 'adversarial.npy');
    expect(shape).toEqual([2, 2, 1]);
    expectClasses(document.adversarialClasses, softmax(logitsOf(linear, Array.from(data))), 3);
    expect(Math.max(...data.map((value, index) => Math.abs(value - pixels[index]!)))).toBeCloseTo(0.2, 6);
    const saved = await sharp(at('adversarial.png')).toColourspace('b-w').raw().toBuffer();
    expect(Array.from(saved)).toEqual(Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))));
    expect((await sharp(at('figure.png')).metadata()).width).toBeGreaterThan(100);
  });

  it('without ε says the distance that it found', async () => {
    const values = ['attack', 'x.png', ...model, '--attack', 'deepfool', '--param', 'clamp=false'];
    const { status, stdout } = await run(...values, '--figure', 'deepfool.png');
    expect(status).toBe(0);
    const found = Number(/^distance +L2 (\S+), the smallest that was found$/m.exec(stdout)?.[1]);
    const z = logitsOf(linear, pixels);
    const away = [1, 2].map((k) => {
      const w = linear.weights.map((row) => row[k]! - row[0]!);
      return (z[0]! - z[k]!) / Math.hypot(...w);
    });
    expect(found / Math.min(...away)).toBeCloseTo(1.02, 3);
    expect(stdout).not.toMatch(/epsilon|ε/);
    expect((await sharp(at('deepfool.png')).metadata()).width).toBeGreaterThan(100);
  });

  it('takes ε as a fraction wherever it is given', async () => {
    const { parameters, epsilon } = await json<AttackRecord>('attack', 'x.png', ...model, '--param', 'epsilon=8/255');
    expect(parameters.epsilon).toBe(8 / 255);
    expect(epsilon).toBe(8 / 255);
    expect((await run('attack', 'x.png', ...model, '--epsilon', '8/255')).stdout).toMatch(/fgsm \(epsilon=8\/255, /);
  });

  it('takes its own float image back as input', async () => {
    await run('attack', 'x.png', ...model, '--save-input', 'again.npy');
    const { classes } = await json<{ classes: ClassScore[] }>('predict', 'again.npy', ...model);
    const { data } = decodeNpy(readFileSync(at('again.npy')), 'again.npy');
    expectClasses(classes, softmax(logitsOf(linear, Array.from(data))), 3);
  });
});

describe('attack on several pictures', () => {
  const files = (name: string) => readdirSync(at(name)).sort();

  it('gives each what it gets alone, in files of its name, and a line for each', async () => {
    mkdirSync(at('set'));
    await writeGreyPng(at('set/a.png'), [255, 51, 102, 0], 2, 2);
    await writeGreyPng(at('set/b.png'), [0, 200, 10, 90], 2, 2);
    mkdirSync(at('more'));
    await writeGreyPng(at('more/a.png'), [10, 20, 30, 40], 2, 2);
    const asked = ['--attack', 'pgd', '--epsilon', '0.2', ...model];
    const saved = ['--out', 'changed', '--save-input', 'changed', '--figure', 'figures'];
    const { kind, results } = await json<{ kind: string; results: (AttackRecord & { outputs: object })[] }>(
      ...['attack', 'set', 'more/a.png', ...asked, ...saved],
    );
    expect(kind).toBe('attacks');
    expect(results.map(({ image }) => image.path)).toEqual([at('set/a.png'), at('set/b.png'), at('more/a.png')]);
    expect(files('changed')).toEqual(['a-2.npy', 'a-2.png', 'a.npy', 'a.png', 'b.npy', 'b.png']);
    expect(files('figures')).toEqual(['a-2-figure.png', 'a-figure.png', 'b-figure.png']);
    expect(results[2]!.outputs).toMatchObject({ adversarial: at('changed/a-2.png'), input: at('changed/a-2.npy') });
    for (const [index, name] of ['a', 'b', 'a-2'].entries()) {
      const alone = await json<AttackRecord>(
        'attack',
        results[index]!.image.path!,
        ...asked,
        '--save-input',
        `${name}.npy`,
      );
      expect(alone.norms).toEqual(results[index]!.norms);
      expect(readFileSync(at(`${name}.npy`)).equals(readFileSync(at(`changed/${name}.npy`)))).toBe(true);
    }
    const { status, stdout } = await run('attack', 'set', ...asked);
    expect(status).toBe(0);
    const succeeding = results.slice(0, 2).filter(({ success, startedRight }) => success && startedRight).length;
    expect(stdout).toMatch(new RegExp(`^succeeds +${succeeding} of 2$`, 'm'));
    expect(stdout).toMatch(/^a\.png +cat \S+ % +\w+ \S+ % +(succeeds|fails) +ε 0\.2 +\d+$/m);
  });

  it('overwrites nothing, and goes on after a picture that fails', async () => {
    await writeGreyPng(at('again.png'), [255, 51, 102, 0], 2, 2);
    mkdirSync(at('kept'));
    writeFileSync(at('kept/x.png'), 'precious');
    expectRefusal(await run('attack', 'x.png', 'again.png', ...model, '--out', 'kept'), /x\.png" exists/);
    expectRefusal(await run('attack', 'x.png', 'again.png', ...model, '--out', '.', '--force'), /is an input/);
    expectRefusal(await run('attack', 'x.png', 'again.png', ...model, '--out', 'text.png'), /folder of several files/);
    expect(readFileSync(at('kept/x.png'), 'utf8')).toBe('precious');
    const { status, stdout, stderr } = await run('attack', 'text.png', 'x.png', ...model, '--json');
    const { results } = JSON.parse(stdout) as { results: { kind: string }[] };
    expect(results.map(({ kind }) => kind)).toEqual(['error', 'attack']);
    expect(stderr).toContain('text.png');
    expect(status).toBe(2);
  });

  it('asks for pictures where a folder has none', async () => {
    mkdirSync(at('empty'));
    expectRefusal(await run('attack', 'empty', ...model), /"empty" holds no pictures/);
  });
});

describe('output files', () => {
  it('are not overwritten without --force', async () => {
    writeFileSync(at('mine.png'), 'precious');
    expectRefusal(await run('attribute', 'x.png', ...model, '--out', 'mine.png'), /"mine\.png" exists/);
    expect(readFileSync(at('mine.png'), 'utf8')).toBe('precious');
    expect((await run('attribute', 'x.png', ...model, '--out', 'mine.png', '--force')).status).toBe(0);
    expect((await sharp(at('mine.png')).metadata()).format).toBe('png');
  });

  it('are never the input, nor in a folder that is not there, nor named for another format', async () => {
    const before = readFileSync(at('x.png'));
    expectRefusal(await run('attack', 'x.png', ...model, '--out', './x.png', '--force'), /is an input/);
    expect(readFileSync(at('x.png')).equals(before)).toBe(true);
    expectRefusal(await run('attack', 'x.png', ...model, '--out', 'absent/a.png'), /folder/);
    expectRefusal(await run('attack', 'x.png', ...model, '--out', 'a.jpg'), /PNG/);
    expect(existsSync(at('a.jpg'))).toBe(false);
  });
});

describe('what the user can mend', () => {
  it.each([
    [['predict', 'text.png', ...model], /text\.png/],
    [['predict', 'absent.png', ...model], /absent\.png/],
    [['predict', 'x.png', '--model', 'absent/model.json'], /absent/],
    [['attribute', 'x.png', ...model, '--method', 'astrology'], /astrology/],
    [['attribute', 'x.png', ...model, '--class', 'unicorn'], /unicorn/],
    [['attack', 'x.png', ...model, '--epsilon', '7'], /epsilon/],
    [['attack', 'x.png', ...model, '--epsilon', 'much'], /much/],
    [['attack', 'x.png', ...model, '--attack', 'deepfool', '--epsilon', '0.1'], /"deepfool" has no ε/],
    [['attack', 'x.png', ...model, '--attack', 'deepfool', '--target', 'dog'], /cannot go towards a chosen class/],
    [['attack', 'x.png', ...model, '--param', 'clamp'], /clamp/],
    [['attack', 'x.png', ...model, '--epsilon', '0.1', '--param', 'epsilon=0.2'], /--epsilon and --param epsilon/],
    [['attack', 'x.png', ...model, '--param', 'epsilon=0.1', '--param', 'epsilon=0.2'], /"epsilon" is given twice/],
    [['attribute', 'x.png', ...model, '--layer', 'a', '--param', 'layer=b'], /--layer and --param layer/],
    [['attribute', 'x.png', '--model', 'around', '--engine', 'cpu'], /folder around a model/],
    [['attribute', 'x.png', '--model', 'absent.onnx'], /absent\.onnx\.\nCheck the path/],
    [['attribute', 'x.png', ...model, '--method', 'training-integrated', '--label', 'cat'], /model\.json" is a file/],
    [
      [
        'attribute',
        'x.png',
        '--model',
        'around',
        '--method',
        'training-integrated',
        '--objective',
        'logit',
        '--label',
        '0',
      ],
      /not of the logit/,
    ],
    [['attack', 'x.png', ...model, '--engine', 'abacus'], /abacus/],
    [['predict', 'x.png', ...model, '--top', '0'], /0/],
    [['predict'], /image/],
    [['sweep', 'folder'], /sweep/],
    [['predict', 'x.png', '--nonsense'], /nonsense/],
  ])('%j: a sentence, a hint, status 2', async (values, message) => {
    expectRefusal(await run(...values), message);
  });
});

it('help and version are no failures', async () => {
  for (const values of [['--help'], ['attack', '--help'], ['--version']]) {
    const { status, stdout } = await run(...values);
    expect(status).toBe(0);
    expect(stdout).not.toBe('');
  }
});

it('a reader that closes the pipe is no failure', async () => {
  const child = spawn(process.execPath, [bundle.file, 'methods', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it.skipIf(process.platform === 'win32')('Ctrl-C ends it with status 130', async () => {
  const names = Array.from({ length: 3000 }, () => 'x.png');
  const child = spawn(process.execPath, [bundle.file, 'predict', 'text.png', ...names, ...model], {
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The complaint about the first image: it is at work.
  child.stderr.once('data', () => child.kill('SIGINT'));
  // The system ends it while ONNX Runtime holds the thread; a shell reports that so.
  const status = await new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!])),
  );
  expect(status).toBe(130);
});
