import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/usecases/localService';
import { createTrainingService } from '../../../src/engine/training/localTrainingService';
import { createRandom } from '../../../src/core/random';
import type { RunRecord } from '../../../src/training/run/record';
import { idx, write } from '../../training/data/files';
import { makeFolder } from '../support/folder';
import { writeGreyPng, writeLinearModel } from '../support/linearModel';
import type { NewRun } from './support';
import { requestFor, resultOf } from './support';

const home = makeFolder();
const service = createTrainingService();
const engine = createService();
let count = 0;
const place = () => path.join(home.path, String(count++));

afterAll(async () => {
  await service.dispose();
  await engine.dispose();
  home.remove();
});

const SIDE = 4;

/** A picture of class k is bright at its k-th pixel. */
function picture(kind: number, random: () => number): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, i) => Math.round(60 * random() + (i === kind ? 180 : 0)));
}

/** A folder to each name, the i-th with pictures of kind `kinds[i]`. */
async function writeFolders(names: readonly string[], kinds: readonly number[]): Promise<string> {
  const data = place();
  const random = createRandom(11);
  for (const [at, name] of names.entries())
    for (let n = 0; n < 6; n++)
      await writeGreyPng(path.join(data, name, `${n}.png`), picture(kinds[at]!, random), SIDE, SIDE);
  return data;
}

/** A model whose i-th output is the i-th pixel: it gets every picture of kind i right as its class i, by construction. */
function writeModel(outputs: number, files: Readonly<Record<string, string>> = {}): string {
  const folder = place();
  const weights = Array.from({ length: SIDE * SIDE }, (_, i) => Array.from({ length: outputs }, (_, k) => (i === k ? 12 : 0))); // prettier-ignore
  const model = writeLinearModel(folder, { height: SIDE, width: SIDE, weights, bias: new Array<number>(outputs).fill(0), classes: [] }); // prettier-ignore
  rmSync(path.join(folder, 'lens.json'));
  writeFileSync(path.join(folder, 'lens.json'), JSON.stringify({ input: { preset: 'unit' } }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return model;
}

/** Steps so small that the weights stay: what is measured is the model that is gone on with. */
function goOn(data: string, network: string, change: Partial<NewRun> = {}): NewRun {
  const request = requestFor(place(), { data, network });
  const optimizer = { ...request.options.optimizer, kind: 'sgd', learningRate: 1e-9 } as const;
  return { ...request, options: { ...request.options, epochs: 1, optimizer }, watched: [], ...change };
}

async function trained(request: NewRun): Promise<{ record: RunRecord; named: (picture: string) => Promise<string> }> {
  const record = await service.train(request);
  return {
    record,
    named: async (file) => {
      const model = { path: path.join(request.folder, 'model', 'model.json') };
      return (await engine.predict({ model, image: { path: file } })).classes[0]!.name;
    },
  };
}

const lens = (classes: readonly string[]) => ({ 'lens.json': JSON.stringify({ classes, input: { preset: 'unit' } }) });

describe('a model that names its classes', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
    ['in lens.json, in another order than the folders', ['sun', 'moon'], lens(['sun', 'moon']), ['sun', 'moon']],
    [
      'in numbered labels.txt',
      ['fox', 'ape', 'cow'],
      { 'labels.txt': '2: cow\n0: fox\n1: ape\n' },
      ['fox', 'ape', 'cow'],
    ],
    [
      'in metadata.json',
      ['left', 'Down', 'up'],
      { 'metadata.json': '{"labels":["left","Down","up"]}' },
      ['left', 'Down', 'up'],
    ],
    [
      'otherwise written',
      ['Ankle boot', 'T-shirt/top', 'Bag'],
      lens(['Ankle boot', 'T-shirt/top', 'Bag']),
      ['ankle_boot', 'T-shirt', 'bag'],
    ],
  ])('%s goes on with them', async (_, names, files, folders) => {
    // Folder i holds pictures of the model's class i, whatever the order of the folders' names is.
    const data = await writeFolders(folders, names.map((_name, at) => at)); // prettier-ignore
    const { record, named } = await trained(goOn(data, writeModel(names.length, files)));
    expect(record.test).toMatchObject({ accuracy: 1 });
    expect(record.dataset.info.classes).toEqual(folders);
    expect(record.warnings).toEqual([]);
    for (const folder of folders) expect(await named(path.join(data, folder, '0.png'))).toBe(folder);
  });

  it('is refused with both lists where the data set has others', async () => {
    const data = await writeFolders(['cherry', 'plum'], [0, 1]);
    const request = goOn(data, writeModel(2, lens(['cherry', 'pear'])));
    await expect(service.train(request)).rejects.toMatchObject({
      code: 'unknown-class',
      message: "The network's classes (“cherry”, “pear”) are not those of the data set (“cherry”, “plum”).",
    });
    const fresh = await service.train({ ...request, fresh: true });
    expect(fresh.dataset.info.classes).toEqual(['cherry', 'plum']);
  });

  it('is refused where its list is of another length than its outputs', async () => {
    const data = await writeFolders(['cherry', 'plum'], [0, 1]);
    await expect(service.train(goOn(data, writeModel(2, { 'labels.txt': 'a\nb\nc' })))).rejects.toMatchObject({
      code: 'model-spec',
    });
  });

  it('gets a new last layer for another number of classes, which is said', async () => {
    const data = await writeFolders(['cherry', 'plum'], [0, 1]);
    const { warnings } = await service.train(goOn(data, writeModel(3, lens(['cherry', 'pear', 'plum']))));
    expect(warnings).toEqual([
      'The network had 3 outputs and the data set has 2 classes: its last dense layer is made anew.',
    ]);
  });

  it('names the classes of a data set that only numbers them, which is said', async () => {
    const data = place();
    const random = createRandom(12);
    const kinds = Array.from({ length: 30 }, (_, n) => n % 3);
    write(path.join(data, 'train-images-idx3-ubyte'), idx([30, SIDE, SIDE], kinds.flatMap((kind) => picture(kind, random)))); // prettier-ignore
    write(path.join(data, 'train-labels-idx1-ubyte'), idx([30], kinds));
    const request = goOn(data, writeModel(3, lens(['sock', 'hat', 'tie'])));
    const { record } = await trained(request);
    expect(record.test).toMatchObject({ accuracy: 1 });
    expect(record.dataset.info).toMatchObject({ classes: ['sock', 'hat', 'tie'], isNamed: false });
    expect(record.warnings).toEqual([expect.stringContaining('(0 “sock”, 1 “hat”, 2 “tie”)')]);
  });
});

it('a model without names takes folders as Python sorts them, which is said and kept', async () => {
  const names = Array.from({ length: 12 }, (_, i) => String(i));
  // Trained elsewhere: its class i is the i-th of sorted(names).
  const sorted = ['0', '1', '10', '11', '2', '3', '4', '5', '6', '7', '8', '9'];
  const data = await writeFolders(names, names.map((name) => sorted.indexOf(name))); // prettier-ignore
  const { record, named } = await trained(goOn(data, writeModel(12)));
  expect(record.test).toMatchObject({ accuracy: 1 });
  expect(record.dataset.info.classes).toEqual(sorted);
  expect(record.warnings).toEqual([expect.stringMatching(/does not name its classes.*0 “0”, 1 “1”, 2 “10”, .* as Python sorts them/)]); // prettier-ignore
  expect(await named(path.join(data, '10', '0.png'))).toBe('10');
  const capitals = await writeFolders(['Zebra', 'ape', 'Yak'], [1, 2, 0]);
  expect((await service.train(goOn(capitals, writeModel(3)))).test).toMatchObject({ accuracy: 1 });
});

it('what the form asks before the training is answered alike', async () => {
  const size = { height: SIDE, width: SIDE, channels: 1, classes: 2, seed: 0 } as const;
  const ask = (network: string, names: readonly string[]) =>
    service.network({ network, ...size, labels: { names, isNamed: true } });
  expect((await ask(writeModel(2), ['x', 'y'])).warnings).toEqual([expect.stringContaining('0 “x”, 1 “y”')]);
  expect((await ask(writeModel(2, lens(['y', 'x'])), ['x', 'y'])).warnings).toBeUndefined();
  await expect(ask(writeModel(2, lens(['y', 'z'])), ['x', 'y'])).rejects.toMatchObject({ code: 'unknown-class' });
});

it('a run of before, whose folders go in natural order, goes on as it was', async () => {
  const data = await writeFolders(['kind 2', 'kind 10', 'Kind 3'], [0, 1, 2]);
  const network = writeModel(3);
  const natural = ['kind 2', 'Kind 3', 'kind 10'];
  const wish = (): NewRun => ({
    ...requestFor(place(), { data, network }),
    fresh: true,
    dataset: { path: data, classes: natural },
    watched: [{ path: path.join(data, 'kind 2', '0.png') }, { path: path.join(data, 'kind 10', '0.png') }],
  });
  const [whole, broken] = [wish(), wish()];
  const before = await service.train(whole);
  const stop = new AbortController();
  await service.train(broken, {
    signal: stop.signal,
    progress: (event) => {
      if (event.kind === 'checkpoint' && event.step === 3) stop.abort();
    },
  });
  const file = path.join(broken.folder, 'run.json');
  const record = JSON.parse(readFileSync(file, 'utf8')) as {
    dataset: { request: object; info: { isNamed?: boolean } };
  };
  // As it was written: nobody asked for an order, and nothing was said of names.
  record.dataset.request = { path: data };
  delete record.dataset.info.isNamed;
  writeFileSync(file, JSON.stringify(record));
  const after = await service.train({ folder: broken.folder, continue: true });
  expect(after.dataset.info.classes).toEqual(natural);
  expect(after.test).toEqual(before.test);
  expect(resultOf(broken.folder)).toEqual(resultOf(whole.folder));
});
