import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import type { Dataset, ImageSet } from '../../../src/training/data/dataset';

/** A folder for the files of a test file; deleted at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-data-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(file: string, bytes: Uint8Array | string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

export type Color = readonly [number, number, number];

/** A picture of one colour, in the format that the file's name says. */
export async function writePicture(file: string, color: Color | number, width = 8, height = width): Promise<string> {
  const grey = typeof color === 'number';
  const pixel = grey ? [color] : color;
  const data = Uint8Array.from({ length: width * height * pixel.length }, (_, i) => pixel[i % pixel.length]!);
  const picture = sharp(data, { raw: { width, height, channels: grey ? 1 : 3 } });
  if (grey) picture.toColourspace('b-w');
  const format = path.extname(file).slice(1) as 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff';
  return write(file, await picture.toFormat(format).toBuffer());
}

/** An IDX file of bytes. */
export function idx(dimensions: readonly number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header[2] = 8;
  header[3] = dimensions.length;
  dimensions.forEach((dimension, i) => header.writeUInt32BE(dimension, 4 + 4 * i));
  return Buffer.concat([header, Uint8Array.from(values)]);
}

/** A NumPy file as numpy.save writes it. */
export function npy(type: string, shape: readonly number[], values: Uint8Array): Buffer {
  const dimensions = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`.padEnd(117) + '\n';
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(text.length, 8);
  return Buffer.concat([prefix, Buffer.from(text, 'latin1'), values]);
}

export interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  readonly deflated?: boolean;
  /** Declared instead of the true one. */
  readonly size?: number;
}

/** A zip archive, written by hand so that it can lie. */
export function zip(members: readonly Member[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflated = false, size = content.length } of members) {
    const data = deflated ? deflateRawSync(content) : Buffer.from(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflated ? 8 : 0, 4);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, Buffer.from(name)]));
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, entries, end]);
}

/** All pixels of the images at `indices` (all by default) as bytes. */
export async function bytesOf({ info }: Dataset, set: ImageSet, indices?: readonly number[]): Promise<number[]> {
  return Array.from(await pixelsOf({ info }, set, indices), (value) => value * 255).map((value) =>
    Number(value.toFixed(3)),
  );
}

export async function pixelsOf(
  { info }: Pick<Dataset, 'info'>,
  set: ImageSet,
  indices?: readonly number[],
): Promise<Float32Array> {
  const wanted = indices ?? Array.from({ length: set.count }, (_, i) => i);
  const target = new Float32Array(wanted.length * info.height * info.width * info.channels);
  await set.read(wanted, target);
  return target;
}
