import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readKerasArchive, readKerasHdf5, type KerasModel } from '../../../../src/formats/models/keras/keras';
import { readZip } from '../../../../src/formats/archives/zip';
import { readLayers } from '../../../../src/formats/models/layers/layers';
import { weightsByName } from '../../../../src/formats/models/layers/weightSource';
import { sizeOf } from '../../../../src/core/graph/tensor';
import { GOLDEN, goldenCases } from './golden';
import { evaluate, MODELS, readTfjs, relativeError } from './support';
import { randomNumbers } from '../../../core/graph/support';

function read(file: string): Promise<KerasModel> {
  const bytes = readFileSync(file);
  return file.endsWith('.h5') ? readKerasHdf5(bytes) : readKerasArchive(bytes);
}

describe('Keras files', () => {
  it.each(['nested.keras', 'nested.h5', 'attention.keras'])('%s gives what Keras gives', async (file) => {
    const golden = goldenCases().find(({ name }) => name === file.split('.')[0])!;
    const { graph } = await read(path.join(GOLDEN, file));
    const result = await evaluate(graph, 2, golden.x, () => golden.seed);
    expect(relativeError(result.values, golden.y)).toBeLessThan(1e-4);
    expect(relativeError(result.gradient, golden.gradient)).toBeLessThan(1e-4);
  });

  it
    .skipIf(!existsSync(MODELS))
    .each([
      'squeezenet1.1/squeezenet1.1.keras',
      'mobilenet_v1_0.25_128/mobilenet_v1_0.25_128.keras',
      'fashion-mnist_sami0009/fashion_mnist_model.keras',
      'cifar10_tilalahmed/cifar10_model.keras',
    ])('%s agrees with its TensorFlow.js copy', async (file) => {
    const { graph } = await read(path.join(MODELS, file));
    const { topology, weights } = readTfjs(path.join(MODELS, path.dirname(file), 'tfjs_layers/model.json'));
    const shape = [2, ...graph.inputs[0]!.shape.slice(1)];
    const x = randomNumbers(sizeOf(shape), 3);
    const theirs = await evaluate(readLayers(topology, weightsByName(weights)), 2, x);
    expect(relativeError((await evaluate(graph, 2, x)).values, theirs.values)).toBeLessThan(1e-6);
  });
});

/** Predictions of Keras 3.15 for x[i, j, c] = sin(0.3·i + 0.5·j + c). The two files come from different trainings. */
const CIFAR: readonly (readonly [string, readonly number[]])[] = [
  [
    'h5',
    [
      0.09678024798631668, 2.77831624373448e-8, 0.8035352230072021, 3.477769496385008e-5, 4.817718422009225e-15,
      0.09870591759681702, 0.0009438307024538517, 2.9014761704360126e-9, 2.1645642882242021e-19, 5.166942059349174e-15,
    ],
  ],
  [
    'keras',
    [
      4.82210225527524e-7, 5.936125369032652e-9, 0.04519812390208244, 7.154101808737323e-7, 6.775434826522542e-7,
      1.6523081285413355e-6, 7.16127213085116e-10, 0.9547983407974243, 4.400891341348781e-20, 5.5456512312204e-16,
    ],
  ],
];

describe('cifar10_tilalahmed', () => {
  it.skipIf(!existsSync(MODELS)).each(CIFAR)('.%s predicts what Keras predicts', async (extension, expected) => {
    const { graph } = await read(path.join(MODELS, `cifar10_tilalahmed/cifar10_model.${extension}`));
    const x = Float32Array.from({ length: 32 * 32 * 3 }, (_, at) =>
      Math.sin(0.3 * Math.floor(at / 96) + 0.5 * (Math.floor(at / 3) % 32) + (at % 3)),
    );
    expect(relativeError((await evaluate(graph, 1, x)).values, expected)).toBeLessThan(1e-5);
  });
});

/** A zip archive of one file, written by hand. */
function archive(name: string, content: Uint8Array, { method = 8, size = content.length } = {}): Uint8Array {
  const data = method === 8 ? deflateRawSync(content) : Buffer.from(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(method, 4);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

describe('zip archives', () => {
  const text = new TextEncoder().encode('some text, some text, some text');

  it.each([8, 0])('unpacks method %i', (method) => {
    expect(readZip(archive('config.json', text, { method }), ['config.json']).get('config.json')).toEqual(
      Buffer.from(text),
    );
  });

  it('leaves other files alone', () => {
    expect(readZip(archive('../../evil', text), ['config.json']).size).toBe(0);
  });

  it('refuses a file that unpacks to more than it says', () => {
    const bomb = archive('config.json', new Uint8Array(50_000_000), { size: 60_000 });
    expect(() => readZip(bomb, ['config.json'])).toThrow(/cannot be read/);
  });

  it('refuses impossible sizes before unpacking', () => {
    expect(() => readZip(archive('config.json', text, { size: 3_000_000_000 }), ['config.json'])).toThrow(
      /impossible size/,
    );
  });
});

describe('damaged Keras files', () => {
  it.each(['nested.keras', 'nested.h5'])('%s, cut off anywhere', async (file) => {
    const bytes = readFileSync(path.join(GOLDEN, file));
    for (let part = 0; part < 20; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 20));
      await expect(file.endsWith('.h5') ? readKerasHdf5(cut) : readKerasArchive(cut)).rejects.toThrow(Error);
    }
  });

  it.each(['nested.keras', 'nested.h5'])(
    '%s with bytes changed: an error or a network, and the next file still opens',
    async (file) => {
      const original = readFileSync(path.join(GOLDEN, file));
      const places = randomNumbers(400, 17);
      for (let round = 0; round < 100; round++) {
        const bytes = Buffer.from(original);
        for (let change = 0; change < 4; change++)
          bytes[Math.floor(((places[round * 4 + change]! + 1) / 2) * (round % 2 ? bytes.length : 4096))] =
            (round * 37 + change * 101) & 255;
        const outcome = await (file.endsWith('.h5') ? readKerasHdf5(bytes) : readKerasArchive(bytes)).catch(
          (error: unknown) => error,
        );
        expect(outcome instanceof Error || 'graph' in (outcome as object)).toBe(true);
      }
      await expect(read(path.join(GOLDEN, file))).resolves.toBeDefined();
    },
  );
});
