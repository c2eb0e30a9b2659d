import { deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { decodePicture, openPicture } from '../../../src/formats/pictures/decode';
import { encodeNpy } from '../../../src/formats/npy/npy';
import { readPictureFacts } from '../../../src/formats/pictures/pictureFacts';
import { loadSharp } from '../../../src/formats/pictures/sharp';
import { fromBase64, noise, readJson, userErrorOf } from './shared';

beforeAll(() => loadSharp());

const text = (content: string) => new Uint8Array(Buffer.from(content));
const latin = (content: string) => new Uint8Array(Buffer.from(content.padEnd(64, '\0'), 'latin1'));
const errorFor = (bytes: Uint8Array) => userErrorOf(() => decodePicture(bytes, { name: 'sandal.png' }));

describe('what is not a picture', () => {
  it.each([
    ['text', text('just some notes\nabout sandals\n')],
    ['text', text('BMW and other cars')],
    ['text', text('{"a": 1, "é": "ü"}')],
    ['nothing', new Uint8Array(0)],
    [
      'an SVG drawing',
      text('<?xml version="1.0"?>\n<!-- hi -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ['an SVG drawing', text('<svg><image href="file:///etc/passwd"/></svg>')],
    ['an SVG drawing', new Uint8Array(Buffer.from('\ufeff<svg width="9" height="9"/>', 'utf16le'))],
    ['a web page', text('<!DOCTYPE html><html><body>404</body></html>')],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['a PDF document', latin('%PDF-1.7')],
    ['a ZIP archive', latin('PK\x03\x04')],
    ['a gzip archive', gzipSync('x'.repeat(100))],
    ['a HEIC picture', latin('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
    ['a HEIC picture', latin('\0\0\0\x18ftypmif1\0\0\0\0mif1heic')],
    ['a video', latin('\0\0\0\x18ftypisom\0\0\0\0isommp42')],
    ['a camera raw picture', latin('II*\0\x10\0\0\0CR\x02\0')],
    ['a camera raw picture', latin('IIRO\x08\0\0\0')],
    ['a JPEG XL picture', latin('\xff\x0a\x01\x02')],
    ['a Photoshop picture', latin('8BPS\0\x01')],
    ['a Netpbm picture', text('P6\n2 2\n255\n............')],
    ['a NumPy array', encodeNpy(new Float32Array(4), [2, 2])],
    ['data of an unknown kind', noise(200, 77)],
    ['a PNG file whose first bytes were altered', latin('\x89PNG\n\x1a\n\0')],
  ])('is refused as %s', async (what, bytes) => {
    const error = await errorFor(bytes);
    expect(error.code).toBe('image-unreadable');
    expect(error.message).toContain(`sandal.png holds ${what}`);
    expect(error.message).toMatch(/(, not a picture|, a format that is not supported)\.$/);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('tells a camera raw file in DNG form from an ordinary TIFF', async () => {
    const tiff = await sharp(noise(48, 1), { raw: { width: 4, height: 4, channels: 3 } })
      .tiff({ compression: 'none' })
      .toBuffer();
    expect((await decodePicture(tiff, { name: 'a' })).width).toBe(4);
    const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
    const little = tiff[0] === 0x49;
    const directory = view.getUint32(4, little);
    // The last entry of the directory becomes DNGVersion.
    view.setUint16(directory + 2 + 12 * (view.getUint16(directory, little) - 1), 50706, little);
    expect((await errorFor(tiff)).message).toContain('a camera raw picture');
  });

  it('refuses floating-point TIFF, whose white is not defined', async () => {
    const tiff = await sharp(noise(48, 1), { raw: { width: 4, height: 4, channels: 3 } })
      .toColourspace('scrgb')
      .tiff({ compression: 'none' })
      .toBuffer();
    expect((await sharp(tiff).metadata()).depth).toBe('float');
    expect((await errorFor(tiff)).message).toContain('float');
  });
});

/** A PNG of any declared size whose pixel data is `zeros` bytes of zero. */
function pngOf(width: number, height: number, zeros: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const result = Buffer.alloc(body.length + 8);
    result.writeUInt32BE(data.length, 0);
    body.copy(result, 4);
    result.writeUInt32BE(crc32(body), body.length + 4);
    return result;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(zeros))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('declared size', () => {
  it('is checked before pixels are decoded', async () => {
    expect((await decodePicture(pngOf(4, 2, 26), { name: 'a' })).data).toEqual(new Uint8Array(24));
    const error = await errorFor(pngOf(100_000, 100_000, 10));
    expect(error.code).toBe('image-too-large');
    expect(error.message).toContain('sandal.png');
    expect(error.message).toContain('10000 megapixels');
    expect(error.message).toContain('100');
  });

  /** Where a picture of 16 × 16 declares its sides, in each format. */
  const DECLARE: Readonly<Record<'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif', (bytes: Buffer) => void>> = {
    jpeg: (bytes) => {
      const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
      for (const at of [5, 7]) bytes.writeUInt16BE(65_500, frame + at);
    },
    png: (bytes) => {
      for (const at of [16, 20]) bytes.writeUInt32BE(65_500, at);
    },
    // Of its first picture: its canvas takes nothing.
    gif: (bytes) => {
      let at = 13 + (bytes[10]! & 0x80 ? 3 * 2 ** ((bytes[10]! & 7) + 1) : 0);
      for (; bytes[at] === 0x21; at++) for (at += 2; bytes[at] !== 0;) at += bytes[at]! + 1;
      for (const side of [5, 7]) bytes.writeUInt16LE(65_500, at + side);
    },
    webp: (bytes) => {
      for (const at of [14, 16]) bytes.writeUInt16LE(16_383, bytes.indexOf('VP8 ') + at);
    },
    tiff: (bytes) => {
      const directory = bytes.readUInt32LE(4);
      for (let at = directory + 2; at < directory + 2 + 12 * bytes.readUInt16LE(directory); at += 12)
        if ([256, 257].includes(bytes.readUInt16LE(at))) {
          bytes.writeUInt16LE(4, at + 2);
          bytes.writeUInt32LE(65_500, at + 8);
        }
    },
    avif: (bytes) => {
      for (const at of [8, 12]) bytes.writeUInt32BE(65_500, bytes.indexOf('ispe') + at);
    },
  };

  it.each(Object.keys(DECLARE) as (keyof typeof DECLARE)[])('is refused with next to no memory: %s', async (format) => {
    const plain = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } });
    const bytes = await plain.toFormat(format).toBuffer();
    DECLARE[format](bytes);
    const before = process.resourceUsage().maxRSS;
    const error = await errorFor(bytes);
    expect(error.code).toBe('image-too-large');
    expect(error.message).toMatch(/4290 megapixels|268 megapixels/);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000);
  });

  it('is checked in every format', async () => {
    const picture = sharp({ create: { width: 1200, height: 1000, channels: 3, background: 'red' } });
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const) {
      const bytes = await picture.clone().toFormat(format).toBuffer();
      const error = await userErrorOf(() => decodePicture(bytes, { name: 'a', limitMegapixels: 1 }));
      expect(error.code, format).toBe('image-too-large');
      expect((await decodePicture(bytes, { name: 'a', limitMegapixels: 1.2 })).width, format).toBe(1200);
    }
  });
});

describe('a file that is too short for its declared size', () => {
  it('is refused at once, in PNG and in TIFF of every coding that has a bound', async () => {
    const wide = pngOf(16_000_000, 3, 1000);
    const started = performance.now();
    expect((await errorFor(wide)).message).toBe('sandal.png holds a PNG picture that is damaged or incomplete.');
    for (const compression of ['none', 'lzw', 'deflate', 'packbits'] as const) {
      const small = await sharp(noise(48, 1), { raw: { width: 4, height: 4, channels: 3 } })
        .tiff({ compression })
        .toBuffer();
      const view = new DataView(small.buffer, small.byteOffset, small.byteLength);
      const little = small[0] === 0x49;
      const directory = view.getUint32(4, little);
      for (let i = 0; i < view.getUint16(directory, little); i++) {
        const entry = directory + 2 + 12 * i;
        if (view.getUint16(entry, little) !== 256) continue;
        view.setUint16(entry + 2, 4, little);
        view.setUint32(entry + 8, 16_000_000, little);
      }
      const error = await errorFor(small);
      expect(error.message, compression).toBe('sandal.png holds a TIFF picture that is damaged or incomplete.');
    }
    // Decoding them takes far longer.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is none where one colour fills it, however well that is packed', async () => {
    const flat = () =>
      sharp({ create: { width: 2000, height: 2000, channels: 3, background: 'white' } }).toColourspace('b-w');
    for (const bytes of [
      await flat().png({ compressionLevel: 9 }).toBuffer(),
      await flat().png({ compressionLevel: 9, palette: true, colours: 2 }).toBuffer(),
      await flat().tiff({ compression: 'lzw', tileWidth: 2000, tileHeight: 2000, tile: true }).toBuffer(),
      await flat().tiff({ compression: 'deflate', predictor: 'none' }).toBuffer(),
      await flat().tiff({ compression: 'packbits', bitdepth: 1 }).toBuffer(),
      await flat().tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer(),
    ]) {
      const { width, data } = await decodePicture(bytes, { name: 'flat' });
      expect([width, data[0], data.at(-1)]).toEqual([2000, 255, 255]);
    }
  });
});

describe('damaged files', () => {
  async function originals(): Promise<Map<string, Uint8Array>> {
    const smooth = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * 7 + (i >> 5) * 3) % 256);
    const picture = sharp(smooth, { raw: { width: 64, height: 48, channels: 3 } });
    const files = new Map<string, Uint8Array>();
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)
      files.set(format, new Uint8Array(await picture.clone().toFormat(format).toBuffer()));
    files.set('progressive jpeg', new Uint8Array(await picture.clone().jpeg({ progressive: true }).toBuffer()));
    files.set('interlaced png', new Uint8Array(await picture.clone().png({ progressive: true }).toBuffer()));
    files.set('lzw tiff', new Uint8Array(await picture.clone().tiff({ compression: 'lzw' }).toBuffer()));
    for (const { name, file } of readJson('golden/bmp.json') as { name: string; file: string }[])
      files.set(`bmp ${name}`, fromBase64(file));
    return files;
  }

  it('are refused when cut short, never shown half', async () => {
    for (const [format, bytes] of await originals()) {
      if (format.startsWith('bmp')) continue;
      for (const part of [0.05, 0.3, 0.5, 0.8, 0.95]) {
        const cut = bytes.slice(0, Math.floor(bytes.length * part));
        const error = await userErrorOf(() => decodePicture(cut, { name: `cut ${format} at ${part}` }));
        expect(error.code, `${format} at ${part}`).toBe('image-unreadable');
        expect(error.message).toContain(`cut ${format}`);
      }
    }
  });

  it('of the kinds that readers often get wrong give a picture as its header says, or one sentence', async () => {
    const { cases } = readJson('golden/pictures.json') as { cases: { name: string; file: string }[] };
    let refused = 0;
    for (const [index, { name, file }] of cases.entries())
      for (let seed = 1; seed <= 3; seed++) {
        const bytes = fromBase64(file);
        const random = noise(16, seed * 104729 + index);
        for (let i = 0; i < seed; i += 2)
          bytes[((random[2 * i]! << 8) | random[2 * i + 1]!) % bytes.length] = random[15 - i]!;
        try {
          const { picture, decoding } = await openPicture(bytes, { name, limitMegapixels: 1 });
          const { width, height, channels } = picture;
          expect(picture.data.length).toBe(width * height * channels);
          expect(await readPictureFacts(bytes, name)).toEqual({ format: decoding.format, width, height, channels });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(`${error.message} ${error.hint}`).toMatch(/^[^\n]*\. [A-Z][^\n]*\.$/);
          refused++;
        }
      }
    expect(refused).toBeGreaterThan(cases.length / 2);
    expect(refused).toBeLessThan(2.5 * cases.length);
  });

  it('give a picture or a user error, whatever bytes are changed', async () => {
    let tried = 0;
    let refused = 0;
    for (const [format, bytes] of await originals())
      for (let seed = 1; seed <= 30; seed++) {
        const random = noise(64, seed * 7919 + bytes.length);
        const mutated = bytes.slice();
        // Half of the changes go to the headers, where they hurt most.
        for (let i = 0; i < 1 + (seed % 6); i++) {
          const reach = i % 2 === 0 ? Math.min(128, mutated.length) : mutated.length;
          mutated[((random[3 * i]! << 8) | random[3 * i + 1]!) % reach] = random[3 * i + 2]!;
        }
        tried++;
        try {
          const { data, width, height, channels } = await decodePicture(mutated, { name: format, limitMegapixels: 4 });
          expect(data.length).toBe(width * height * channels);
          expect(width * height).toBeLessThanOrEqual(4e6);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          refused++;
        }
      }
    expect(tried).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(tried);
  });
});
