import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openPicture } from '../../../src/formats/pictures/decode';
import { arrayWarnings } from '../../../src/core/image/usedRange';
import { noise } from '../../formats/pictures/shared';

/** Samples from 0 to `most`, both among them. */
function samples(count: number, most: number): Uint16Array {
  const values = Uint16Array.from(noise(count, most), (value) => Math.floor((value / 256) * most));
  values[count - 1] = most;
  return values;
}

type Format = 'png' | 'tiff';

function sixteenBit(values: Uint16Array, channels: 1 | 3 | 4, format: Format): Promise<Buffer> {
  return sharp(values, { raw: { width: values.length / channels, height: 1, channels } })
    .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
    .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
    .toBuffer();
}

const open = (bytes: Uint8Array) => openPicture(bytes, { name: 'scan' });

describe('numbers of fewer bits in samples of 16', () => {
  it.each([
    { bits: 8, most: 255, percent: '0.4 %' },
    { bits: 10, most: 1023, percent: '2 %' },
    { bits: 11, most: 1700, percent: '3 %' },
    { bits: 12, most: 4095, percent: '6 %' },
    { bits: 12, most: 2900, percent: '4 %' },
    { bits: 14, most: 16383, percent: '25 %' },
  ])('are taken by the letter and said: $bits bits, up to $most', async ({ bits, most, percent }) => {
    for (const channels of [1, 3] as const)
      for (const format of ['png', 'tiff'] as const) {
        const values = samples(12, most);
        const { picture, decoding, warnings } = await open(await sixteenBit(values, channels, format));
        expect([...picture.data]).toEqual([...values].map((value) => Math.floor(value / 256)));
        expect(decoding.brightest).toBeCloseTo(most / 65535, 12);
        expect(warnings).toEqual([
          `scan: the brightest pixel of this 16-bit picture is ${percent} of white, and the model sees it as dark. ` +
            `If it holds numbers of ${bits} bits (0 … ${2 ** bits - 1}), multiply them by 65535 / ${2 ** bits - 1} and save it again.`,
        ]);
      }
  });

  it.each([16384, 32767, 65535, 0])('are not seen where the brightest sample is %i', async (most) => {
    const { decoding, warnings } = await open(await sixteenBit(samples(12, most), 1, 'png'));
    expect(decoding).toEqual({ format: 'PNG', bits: 16, colours: 'grey' });
    expect(warnings).toEqual([]);
  });

  it('count where alpha is opaque, and not where white shows through', async () => {
    const values = samples(12, 4095);
    for (const at of [3, 7, 11]) values[at] = 65535;
    expect((await open(await sixteenBit(values, 4, 'png'))).warnings).toHaveLength(1);
    values[7] = 0;
    expect((await open(await sixteenBit(values, 4, 'png'))).warnings).toEqual([]);
  });
});

describe('pictures of which hardly anything can be seen', () => {
  const eightBit = (values: number[], channels: 1 | 3 | 4) =>
    sharp(Uint8Array.from(values), { raw: { width: values.length / channels, height: 1, channels } })
      .png()
      .toBuffer();

  it('hold 0 and 1 in bytes, or labels', async () => {
    const { warnings } = await open(await eightBit([0, 1, 1, 0, 0, 1], 1));
    expect(warnings).toEqual([
      'scan: the brightest pixel of this picture is 0.4 % of white (1 of 255), and the model sees it as nearly black. ' +
        'If it holds 0 for black and 1 for white, multiply it by 255 and save it again.',
    ]);
    expect((await open(await eightBit([0, 7, 9, 3, 3, 2], 3))).warnings[0]).toContain('4 % of white (9 of 255)');
    expect((await open(await eightBit([0, 16, 0, 3, 3, 2], 3))).warnings).toEqual([]);
    expect((await open(await eightBit([0, 0, 0], 1))).warnings).toEqual([]);
  });

  it('are transparent everywhere, or nearly', async () => {
    const { decoding, warnings } = await open(await eightBit([200, 10, 10, 0, 90, 80, 70, 0], 4));
    expect(decoding.alpha).toEqual({ least: 0, most: 0, background: 'white' });
    expect(warnings).toEqual([
      'scan: every pixel of this picture is transparent, so the model sees nothing but white. ' +
        'Remove its alpha channel if its colours are meant to be seen.',
    ]);
    const faint = (await open(await eightBit([200, 10, 10, 1, 90, 80, 70, 15], 4))).warnings;
    expect(faint[0]).toContain('the most opaque pixel of this picture is 6 % opaque');
    expect((await open(await eightBit([200, 10, 10, 0, 90, 80, 70, 255], 4))).warnings).toEqual([]);
  });

  it('are arrays that were divided by 255 twice', () => {
    const image = (values: number[]) =>
      ({ data: Float32Array.from(values), height: 1, width: values.length, channels: 1 }) as const;
    expect(arrayWarnings(image([0, 1 / 255, 0.5 / 255]), 'a.npy')).toEqual([
      'a.npy: the largest value of this array is 0.4 % of white, and the model sees it as black. If it was divided by 255 twice, divide it once.',
    ]);
    expect(arrayWarnings(image([0, 0.0041]), 'a.npy')).toEqual([]);
    expect(arrayWarnings(image([0, 0]), 'a.npy')).toEqual([]);
  });
});
