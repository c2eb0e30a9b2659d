import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { decodeNpy, encodeNpy } from '../../../src/formats/npy/npy';
import { imageFromNpy } from '../../../src/formats/npy/npyImage';
import { checkPixelRange } from '../../../src/core/image/range';
import { fromBase64, noise, readJson, userErrorOf } from '../pictures/shared';

interface NpyCase {
  name: string;
  file: string;
  shape: number[];
  values: number[];
}

const cases = readJson('golden/npy.json') as NpyCase[];
const fileOf = (name: string) => fromBase64(cases.find((one) => one.name === name)!.file);

describe('NPY', () => {
  it.each(cases)('reads $name as NumPy wrote it', ({ file, shape, values }) => {
    const array = decodeNpy(fromBase64(file), 'a.npy');
    expect(array.shape).toEqual(shape);
    expect([...array.data]).toEqual(values);
  });

  it('writes what NumPy writes', () => {
    const { shape, values } = cases.find(({ name }) => name === '<f4')!;
    expect(encodeNpy(Float32Array.from(values), shape)).toEqual(fileOf('<f4'));
    expect(encodeNpy(Float32Array.of(0, 1, 2), [3])).toEqual(fileOf('vector'));
  });

  it('returns what was written, to the bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
        fc.infiniteStream(fc.float()),
        (shape, stream) => {
          const count = shape.reduce((product, extent) => product * extent, 1);
          const data = Float32Array.from({ length: count }, () => stream.next().value as number);
          const back = decodeNpy(encodeNpy(data, shape), 'a.npy');
          expect(back.shape).toEqual(shape);
          expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(data.buffer));
        },
      ),
    );
    expect(() => encodeNpy(new Float32Array(3), [2, 2])).toThrow(RangeError);
  });

  it('reads from the middle of a larger buffer', () => {
    const file = encodeNpy(Float32Array.of(1, 2), [2]);
    const larger = new Uint8Array(file.length + 9);
    larger.set(file, 5);
    expect([...decodeNpy(larger.subarray(5, 5 + file.length), 'a').data]).toEqual([1, 2]);
  });

  /** A file of 24 float32 values under any header. */
  const headed = (descr: string, shape: string) => {
    const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
    const start = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}`, 'latin1');
    return new Uint8Array(Buffer.concat([start, Buffer.alloc(96)]));
  };

  it('reads the headers that the refused ones below are changed from', () =>
    expect(decodeNpy(headed("'<f4'", '(2, 3, 4)'), 'a').shape).toEqual([2, 3, 4]));

  it.each([
    ['another kind of file', new Uint8Array(Buffer.from('a,b,c\n1,2,3\n')), 'begin'],
    ['nothing', new Uint8Array(0), 'begin'],
    ['pickled objects', headed("'|O' ", '(2, 3, 4)'), '|O'],
    ['complex numbers', headed("'<c8'", '(2, 3, 4)'), '<c8'],
    ['text', headed("'<U4'", '(2, 3, 4)'), '<U4'],
    ['records', headed('[(1)]', '(2, 3, 4)'), 'record'],
    ['a shape that is larger than the file', headed("'<f4'", '(2, 3, 5)'), '120 bytes'],
    ['a shape that is smaller than the file', headed("'<f4'", '(2, 3, 3)'), '72 bytes'],
    ['a shape beyond every memory', headed("'<f4'", '(999999999999, 999999999999)'), 'not possible'],
    ['a shape beyond every number', headed("'<f4'", '(99999999999999999999999,)'), 'not possible'],
    ['a negative shape', headed("'<f4'", '(2,-3, 4)'), 'header'],
    ['a file cut in its header', fileOf('<f4').slice(0, 60), 'header'],
    ['a file cut in its values', fileOf('<f4').slice(0, -1), '95'],
    ['a later version', Uint8Array.from(fileOf('<f4'), (byte, i) => (i === 6 ? 9 : byte)), 'version 9'],
  ])('refuses %s', async (_, bytes, part) => {
    const error = await userErrorOf(() => decodeNpy(bytes, 'pixels.npy'));
    expect(error.code).toBe('image-unreadable');
    expect(error.message).toContain('pixels.npy');
    expect(error.message).toContain(part);
  });

  it('never fails otherwise, whatever bytes are changed', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = noise(8, seed);
      const bytes = fileOf(seed % 2 === 0 ? 'fortran' : '>f8').slice(0, seed % 5 === 0 ? random[7]! : undefined);
      if (bytes.length > 0) for (let i = 0; i < 4; i += 2) bytes[random[i]! % bytes.length] = random[i + 1]!;
      try {
        decodeNpy(bytes, 'a.npy');
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }
  });
});

describe('an image from NPY', () => {
  const rgb = { height: 2, width: 4, channels: 3 } as const;
  const grey = { height: 2, width: 4, channels: 1 } as const;
  const array = (shape: number[], value = 0.5) =>
    encodeNpy(new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(value), shape);

  it('has the shape of the model', () => {
    expect(imageFromNpy(array([2, 4, 3]), 'a.npy', rgb)).toEqual({ data: new Float32Array(24).fill(0.5), ...rgb });
    expect(imageFromNpy(array([2, 4]), 'a.npy', grey)).toEqual({ data: new Float32Array(8).fill(0.5), ...grey });
    expect(imageFromNpy(array([2, 4, 1]), 'a.npy', grey).data).toHaveLength(8);
  });

  it.each([
    [[4, 2, 3], rgb, 'transpose(1, 0, 2)'],
    [[1, 2, 4, 3], rgb, 'a[0]'],
    [[5, 2, 4, 3], rgb, 'a[0]'],
    [[3, 2, 4], rgb, 'transpose(1, 2, 0)'],
    [[2, 4], rgb, 'stack'],
    [[4, 4, 3], rgb, 'resize'],
    [[], rgb, 'resize'],
  ])('of shape %j is refused with advice', async (shape, input, advice) => {
    const error = await userErrorOf(() => imageFromNpy(array(shape), 'a.npy', input));
    expect(error.code).toBe('image-shape');
    expect(error.message).toContain('2 × 4');
    expect(error.hint).toContain(advice);
  });

  it('is refused when its values are not pixels', async () => {
    const error = await userErrorOf(() => imageFromNpy(array([2, 4], 128), 'a.npy', grey));
    expect(error.code).toBe('image-range');
    expect(error.hint).toContain('divide by 255');
  });
});

describe('the range of pixels', () => {
  const image = (...values: number[]) =>
    ({ data: Float32Array.from(values), height: 1, width: values.length, channels: 1 }) as const;

  it('holds both ends', () => expect(() => checkPixelRange(image(0, 1, 0.3), 'a')).not.toThrow());

  it.each([
    [[0, 255], '0 to 255', 'divide by 255'],
    [[-0.01, 1.01], '-0.01 to 1.01', 'clip'],
    [[0, 2], '0 to 2', 'divide by 255'],
    [[300, 65535], '300 to 65535', 'divide by 65535'],
    [[-1, 1], '-1 to 1', '(a + 1) / 2'],
    [[-2.1, 2.6], '-2.1 to 2.6', 'std'],
    [[-123.7, 120], '-123.7 to 120', 'mean'],
    [[0, 1.0000001], '0 to 1', 'clip'],
    [[-1e9, 1e9], 'to 1000000000', 'scaling'],
    [[0.5, Number.NaN, Infinity], '2 values', 'division by zero'],
  ])('names what was seen in %j and the likely cause', async (values, seen, cause) => {
    const error = await userErrorOf(() => checkPixelRange(image(...values), 'a.npy'));
    expect(error.code).toBe('image-range');
    expect(error.message).toContain('a.npy');
    expect(error.message).toContain(seen);
    expect(error.hint).toContain(cause);
  });
});
