import { BmpCompression, encode } from 'bmp-ts';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/formats/pictures/decode';
import { fromBase64, noise, readJson, rgbOf, userErrorOf } from './shared';

interface BmpCase {
  name: string;
  file: string;
  width: number;
  height: number;
  mode: string;
  rgba: string;
}

const cases = readJson('golden/bmp.json') as BmpCase[];

/** Alpha laid on white, as a reader of the definition would compute it. */
function onWhite(rgba: Uint8Array): number[] {
  const result: number[] = [];
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++)
      result.push(Math.round(rgba[i + channel]! * alpha + 255 * (1 - alpha)));
  }
  return result;
}

describe('BMP', () => {
  it.each(cases)('reads $name as Pillow does', async ({ file, width, height, mode, rgba }) => {
    const picture = await decodePicture(fromBase64(file), { name: 'a.bmp' });
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect(picture.channels).toBe(mode === 'L' || mode === '1' ? 1 : 3);
    expect(rgbOf(picture)).toEqual(onWhite(fromBase64(rgba)));
  });

  it('reads what another encoder writes', async () => {
    const width = 9;
    const height = 5;
    const abgr = Buffer.from(noise(width * height * 4, 3));
    const picture = await decodePicture(encode({ data: abgr, width, height, bitPP: 24 }).data, { name: 'a.bmp' });
    const expected = Array.from({ length: width * height }, (_, i) => [
      abgr[4 * i + 3]!,
      abgr[4 * i + 2]!,
      abgr[4 * i + 1]!,
    ]);
    expect(rgbOf(picture)).toEqual(expected.flat());
    expect(BmpCompression.NONE).toBe(0);
  });

  it('shows a file opaque whose alpha mask is declared and never used', async () => {
    const file = fromBase64(cases.find(({ name }) => name === '32 bit, version 5, alpha')!.file);
    const start = new DataView(file.buffer).getUint32(10, true);
    for (let at = start + 3; at < file.length; at += 4) file[at] = 0;
    const picture = await decodePicture(file, { name: 'a.bmp' });
    const last = [file[start + 2], file[start + 1], file[start]];
    expect(rgbOf(picture).slice(3 * 4 * 2, 3 * 4 * 2 + 3)).toEqual(last);
  });

  it('refuses files that end before their pixels do, at every length', async () => {
    for (const { file, name } of cases) {
      const bytes = fromBase64(file);
      const end = name.startsWith('RLE') ? bytes.length - 2 : bytes.length - 4;
      for (let length = 20; length < end; length += 7) {
        const error = await userErrorOf(() => decodePicture(bytes.slice(0, length), { name: 'cut.bmp' }));
        expect(error.code, `${name} cut to ${length}`).toBe('image-unreadable');
        expect(error.message).toContain('cut.bmp');
      }
    }
  });

  it('refuses hostile headers without allocating what they declare', async () => {
    const make = (change: (view: DataView) => void) => {
      const bytes = fromBase64(cases.find(({ name }) => name === '24 bit')!.file);
      change(new DataView(bytes.buffer));
      return userErrorOf(() => decodePicture(bytes, { name: 'hostile.bmp' }));
    };
    const huge = await make((view) => {
      view.setInt32(18, 0x7fffffff, true);
      view.setInt32(22, -0x80000000, true);
    });
    expect(huge.code).toBe('image-too-large');
    // Within the limit, but the pixels are not there.
    const missing = await make((view) => {
      view.setInt32(18, 9999, true);
      view.setInt32(22, 9999, true);
    });
    expect(missing.code).toBe('image-unreadable');
    for (const change of [
      (view: DataView) => view.setInt32(18, 0, true),
      (view: DataView) => view.setInt32(18, -5, true),
      (view: DataView) => view.setInt32(22, 0, true),
      (view: DataView) => view.setUint16(28, 7, true),
      (view: DataView) => view.setUint32(30, 5, true),
      (view: DataView) => view.setUint32(10, 0xffffffff, true),
      (view: DataView) => view.setUint32(14, 124, true),
    ])
      expect((await make(change)).code).toBe('image-unreadable');
  });
});
