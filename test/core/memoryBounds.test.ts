import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonMeasures } from '../../src/formats/json/jsonMeasures';
import { readZip } from '../../src/formats/archives/zip';
import { readHdf5 } from '../../src/formats/models/keras/hdf5';
import { readOnnx } from '../../src/formats/models/onnx/onnx';
import { imageFromNpy } from '../../src/formats/npy/npyImage';
import { parseModelJson, type JsonObject } from '../../src/formats/json/json';
import { readWeights } from '../../src/formats/models/weights';
import { attribute, externalTensor, file, input, node, output } from '../formats/models/onnx/hostileSupport';
import { makeFolder, removeFolders } from '../runtime/support';

// What a file may ask for is refused by what it declares. Where there is nothing behind the declaration, or nothing that could be
// read, the refusal can only come from there: otherwise another error would.

afterAll(removeFolders);

const MEGABYTE = 1024 ** 2;

/** An archive of one deflated file that claims to unpack to `size`; its packed bytes are no deflated stream. */
function claiming(name: string, size: number, packed: number): Uint8Array {
  const content = Buffer.alloc(packed, 0xff);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), content]);
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

describe('an archive', () => {
  it.each([
    ['3 MB that claim 3 GB', 3072, 3, 214],
    ['1 MB that claims 200 MB', 200, 1, 114],
    ['100 kB that claim 100 MB', 100, 0.1, 68],
  ])('is refused before anything is unpacked: %s', (_, claimed, packed, limit) => {
    const bytes = claiming('weights.h5', claimed * MEGABYTE, packed * MEGABYTE);
    expect(() => readZip(bytes, ['weights.h5'])).toThrow(
      `weights.h5 unpacks to ${claimed} MB, more than the ${limit} MB that are read of it`,
    );
  });

  it('is bounded by what the file is for', () => {
    const bytes = claiming('config.json', 60 * MEGABYTE, 2 * MEGABYTE);
    expect(() => readZip(bytes, ['config.json'], { 'config.json': 50 * MEGABYTE })).toThrow('more than the 50 MB');
    expect(() => readZip(bytes, ['config.json'])).toThrow('config.json is damaged');
  });

  it('may hold what is mostly zeros', () => {
    const zeros = new Uint8Array(60 * MEGABYTE);
    const packed = deflateRawSync(zeros);
    const bytes = Buffer.from(claiming('weights.h5', zeros.length, packed.length));
    packed.copy(bytes, 30 + 'weights.h5'.length);
    expect(readZip(bytes, ['weights.h5']).get('weights.h5')).toHaveLength(zeros.length);
  });
});

describe('an HDF5 file', () => {
  const packedFile = async (elements: readonly number[]): Promise<Uint8Array> => {
    const { File, ready } = await import('h5wasm');
    const { FS } = await ready;
    const made = new File('/packed.h5', 'w');
    elements.forEach((count, index) =>
      made.create_dataset({
        name: `w${index}`,
        data: new Float32Array(count),
        chunks: [Math.min(count, 2 ** 20)],
        compression: 9,
      }),
    );
    made.close();
    const bytes = FS.readFile('/packed.h5', { encoding: 'binary' });
    FS.unlink('/packed.h5');
    return bytes;
  };

  it('is not unpacked beyond what its size allows', async () => {
    const bytes = await packedFile([25e6]);
    expect(bytes.length).toBeLessThan(MEGABYTE);
    const opened = await readHdf5(bytes);
    expect(() => opened.dataset('w0')).toThrow('The weights w0 are larger than their file');
    opened.close();
  });

  it('is not unpacked beyond that in parts either, nor one part again and again', async () => {
    const opened = await readHdf5(await packedFile([12e6, 12e6]));
    expect(opened.dataset('w0')?.data).toHaveLength(12e6);
    expect(() => opened.dataset('w1')).toThrow('The weights w1 are larger than their file');
    expect(() => opened.dataset('w0')).toThrow('The weights w0 are larger than their file');
    opened.close();
  });
});

describe('an ONNX file', () => {
  const scores = [node('Flatten', ['x'], ['y'], attribute.integer('axis', 1)), input('x', [1, 3, 8, 8]), output('y')];
  const untouched = (): never => {
    throw new Error('The weights were read');
  };

  it.each([
    ['one weight of 4 GB', [[2 ** 30]]],
    ['three that are too large together', [[2 ** 28], [2 ** 27, 2], [4]]],
    ['thousands of small ones', Array.from({ length: 3000 }, () => [200_000])],
  ])('is refused before weights outside it are read: %s', (_, shapes) => {
    const weights = shapes.map((dims, index) => externalTensor(`w${index}`, dims, { location: 'w.bin' }));
    const bytes = file([...scores, ...weights], { standard: false });
    expect(() => readOnnx(bytes, untouched)).toThrow(/The file declares \d+ MB of weights, more than the 2048 MB/);
  });

  it('reads what is within bounds', () => {
    const weight = externalTensor('w', [2 ** 20], { location: 'w.bin' });
    expect(() => readOnnx(file([...scores, weight], { standard: false }), untouched)).toThrow('The weights were read');
  });
});

describe('JSON', () => {
  const text = (json: string) => new TextEncoder().encode(json);

  it.each([
    ['empty lists', `{"x":[${'[],'.repeat(2_600_000)}0]}`],
    ['numbers', `{"x":[${'1,'.repeat(5_100_000)}0]}`],
    ['objects', `[${'{"a":{}},'.repeat(1_700_000)}0]`],
  ])('of too many values is not parsed: %s', (_, json) => {
    // It is not valid either: a parser would say so.
    expect(() => parseModelJson(text(`${json}]`), 'model.json')).toThrow(/holds \d+ values/);
  });

  it('is measured outside its texts', () => {
    expect(jsonMeasures(text('{"a,[{":[1,[2,{"b\\"]":3}]]}'))).toEqual({ depth: 4, values: 6 });
  });
});

it('a NumPy file of another shape is not decoded', () => {
  const header = `{'descr': '|u1', 'fortran_order': True, 'shape': (500, 1024, 1024), }`.padEnd(117) + '\n';
  const bytes = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from([118, 0]), Buffer.from(header)]);
  // The values are missing, which decoding would complain of.
  expect(() => imageFromNpy(bytes, 'a.npy', { height: 28, width: 28, channels: 1 })).toThrow(
    'a.npy has the shape 500 × 1024 × 1024, and the model takes 28 × 28 × 1',
  );
});

describe('TensorFlow.js weights', () => {
  it.each([
    ['bytes', { dtype: 'uint8', scale: 1, min: 0 }, 600e6],
    ['half floats', { dtype: 'float16' }, 600e6],
    ['floats', undefined, 600e6],
  ])('are refused by their size as numbers before a file is looked for: %s', async (_, quantization, size) => {
    const folder = path.join(await makeFolder(), 'model');
    await mkdir(folder);
    await writeFile(path.join(folder, 'other.bin'), 'x');
    const entry = { name: 'w', shape: [size], dtype: 'float32', ...(quantization && { quantization }) };
    const json = { weightsManifest: [{ paths: ['absent.bin'], weights: [entry] }] } as unknown as JsonObject;
    await expect(readWeights(json, folder)).rejects.toMatchObject({
      message: 'The model declares more than 2 GB of weights.',
    });
  });
});
