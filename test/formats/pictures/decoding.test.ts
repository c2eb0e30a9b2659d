import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openPicture } from '../../../src/formats/pictures/decode';
import { profileName } from '../../../src/formats/pictures/iccProfile';
import { decodingSteps, storedWords } from '../../../src/core/render/decodingWords';
import type { PictureDecoding } from '../../../src/core/result/record';
import { noise } from './shared';

const raw = { width: 8, height: 6, channels: 3 as const };
const rgb = noise(8 * 6 * 3, 9);
const decodingOf = async (bytes: Uint8Array, background: 'white' | 'black' = 'white') =>
  (await openPicture(bytes, { name: 'picture', background })).decoding;

describe('what is kept of decoding', () => {
  it('is the format alone where the stored values were taken', async () => {
    for (const [format, name] of [
      ['png', 'PNG'],
      ['jpeg', 'JPEG'],
      ['webp', 'WebP'],
      ['tiff', 'TIFF'],
      ['avif', 'AVIF'],
    ] as const) {
      const decoding = await decodingOf(await sharp(rgb, { raw }).toFormat(format).toBuffer());
      expect(decoding).toEqual({ format: name, bits: 8, colours: 'RGB' });
      expect(decodingSteps(decoding)).toEqual([]);
      expect(storedWords(decoding)).toBe(`${name}, 8-bit RGB`);
    }
  });

  it('names an RGB profile, which is not applied, and one of CMYK, which is', async () => {
    const p3 = await decodingOf(await sharp(rgb, { raw }).withIccProfile('p3').png().toBuffer());
    expect(p3.profile!.name).toMatch(/P3/);
    expect(p3.profile!.applied).toBe(false);
    expect(decodingSteps(p3)).toEqual([`colour profile “${p3.profile!.name}” not applied`]);
    const srgb = await decodingOf(await sharp(rgb, { raw }).withIccProfile('srgb').jpeg().toBuffer());
    expect(srgb.profile!.name).toMatch(/srgb/i);
    expect(decodingSteps(srgb)).toEqual([]);
    const cmyk = await decodingOf(await sharp(rgb, { raw }).withIccProfile('cmyk').jpeg().toBuffer());
    expect(cmyk).toMatchObject({ colours: 'CMYK', profile: { applied: true } });
    expect(decodingSteps(cmyk)).toEqual([`CMYK converted to sRGB by its profile “${cmyk.profile!.name}”`]);
    const plain = await decodingOf(await sharp(rgb, { raw }).toColourspace('cmyk').jpeg().toBuffer());
    expect(plain).toEqual({ format: 'JPEG', bits: 8, colours: 'CMYK' });
    expect(decodingSteps(plain)).toEqual(['CMYK converted to sRGB by a common profile']);
  });

  it('says what alpha was laid on, and nothing of one that is opaque', async () => {
    const rgba = (alpha: number) =>
      Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 3 ? (i === 3 ? alpha : 255) : 90));
    const png = (alpha: number) =>
      sharp(rgba(alpha), { raw: { width: 4, height: 1, channels: 4 } })
        .png()
        .toBuffer();
    const half = await decodingOf(await png(51), 'black');
    expect(half.alpha).toEqual({ least: 0.2, most: 1, background: 'black' });
    expect(decodingSteps(half)).toEqual(['transparency laid on black']);
    expect(storedWords(half)).toBe('PNG, 8-bit RGB with alpha');
    expect(decodingSteps(await decodingOf(await png(255)))).toEqual([]);
  });

  it('counts the frames of an animation, of which the first is taken', async () => {
    const frames = noise(4 * 12 * 3, 3);
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { raw: { width: 4, height: 12, channels: 3, pageHeight: 4 } })
        .toFormat(format)
        .toBuffer();
      const decoding = await decodingOf(bytes);
      expect(decoding.frames).toBe(3);
      expect(decodingSteps(decoding)).toContain('first of 3 frames');
    }
  });

  it('says the bits of AVIF that were cut', async () => {
    const wide = Uint16Array.from(noise(8 * 6 * 3, 1), (value) => value * 257);
    for (const bitdepth of [10, 12] as const) {
      const bytes = await sharp(wide, { raw }).toColourspace('rgb16').avif({ bitdepth }).toBuffer();
      const decoding = await decodingOf(bytes);
      expect(decoding).toEqual({ format: 'AVIF', bits: bitdepth, colours: 'RGB' });
      expect(decodingSteps(decoding)).toEqual([`the high 8 of ${bitdepth} bits kept`]);
    }
  });

  it('reads in one line, in the order in which it was done', () => {
    const decoding: PictureDecoding = {
      format: 'TIFF',
      bits: 16,
      colours: 'RGB',
      orientation: { value: 6, source: 'XMP' },
      alpha: { least: 0, most: 1, background: 'white' },
      ignoredBands: 2,
      profile: { name: 'Adobe RGB (1998)', applied: false },
      frames: 4,
    };
    expect(decodingSteps(decoding).join('; ')).toBe(
      'first of 4 pages; turned by 90° clockwise (XMP orientation 6); the high 8 of 16 bits kept; ' +
        '2 bands of unstated meaning left out; transparency laid on white; colour profile “Adobe RGB (1998)” not applied',
    );
    expect(storedWords(decoding)).toBe('TIFF, 16-bit RGB with alpha, 4 pages');
  });
});

describe('the name of a colour profile', () => {
  const profile = (description: Buffer) => {
    const head = Buffer.alloc(144);
    head.writeUInt32BE(1, 128);
    head.write('desc', 132, 'latin1');
    head.writeUInt32BE(144, 136);
    head.writeUInt32BE(description.length, 140);
    return Buffer.concat([head, description]);
  };
  const ascii = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length + 1);
    return Buffer.concat([Buffer.from('desc\0\0\0\0', 'latin1'), length, Buffer.from(`${text}\0`, 'latin1')]);
  };
  const unicode = (text: string) => {
    const head = Buffer.alloc(28);
    head.write('mluc', 0, 'latin1');
    head.writeUInt32BE(1, 8);
    head.writeUInt32BE(12, 12);
    head.write('enUS', 16, 'latin1');
    head.writeUInt32BE(2 * text.length, 20);
    head.writeUInt32BE(28, 24);
    return Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]);
  };

  it('is its description, of version 2 and of version 4', () => {
    expect(profileName(profile(ascii('Adobe RGB (1998)')))).toBe('Adobe RGB (1998)');
    expect(profileName(profile(unicode('Größe ℃')))).toBe('Größe ℃');
  });

  it('holds no control characters and is short', () => {
    expect(profileName(profile(ascii('a\x1b[31mb\nc')))).toBe('a[31mbc');
    expect(profileName(profile(unicode('x'.repeat(500))))).toHaveLength(80);
  });

  it('is not there in a profile that is damaged', () => {
    const whole = profile(unicode('Name'));
    for (const part of [Buffer.alloc(0), whole.subarray(0, 131), whole.subarray(0, 150), profile(Buffer.from('text'))])
      expect(profileName(part)).toBe('unnamed');
    const far = Buffer.from(whole);
    far.writeUInt32BE(0xfffffff0, 136);
    expect(profileName(far)).toBe('unnamed');
  });
});
