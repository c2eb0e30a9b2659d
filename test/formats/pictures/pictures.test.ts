import { describe, expect, it } from 'vitest';
import { openPicture } from '../../../src/formats/pictures/decode';
import { readPictureFacts } from '../../../src/formats/pictures/pictureFacts';
import { fromBase64, readJson, userErrorOf } from './shared';

interface PictureCase {
  name: string;
  file: string;
  width: number;
  height: number;
  channels: 1 | 3;
  values: string;
  tolerance: number;
  orientation?: { value: number; source: string } | null;
  colours?: string;
  bits?: number;
  alpha?: boolean;
  ignoredBands?: number;
  frames?: number;
}

const golden = readJson('golden/pictures.json') as {
  cases: PictureCase[];
  refused: { name: string; file: string; says: string }[];
};

describe('pictures that readers often get wrong', () => {
  it.each(golden.cases)('$name', async ({ file, width, height, channels, values, tolerance, ...stated }) => {
    const bytes = fromBase64(file);
    const { picture, decoding } = await openPicture(bytes, { name: 'picture' });
    expect({ ...picture, data: undefined }).toEqual({ width, height, channels, data: undefined });
    const expected = fromBase64(values);
    const worst = Math.max(...picture.data.map((value, i) => Math.abs(value - expected[i]!)));
    expect(worst).toBeLessThanOrEqual(tolerance);
    expect(picture.data).toHaveLength(expected.length);
    expect(await readPictureFacts(bytes, 'picture')).toEqual({ format: decoding.format, width, height, channels });
    if (stated.orientation !== undefined) expect(decoding.orientation ?? null).toEqual(stated.orientation);
    if (stated.colours !== undefined) expect(decoding.colours).toBe(stated.colours);
    if (stated.bits !== undefined) expect(decoding.bits).toBe(stated.bits);
    expect(decoding.ignoredBands).toBe(stated.ignoredBands);
    expect(decoding.frames).toBe(stated.frames);
    if (stated.alpha === true) expect(decoding.alpha!.least).toBeLessThan(1);
  });

  it.each(golden.refused)('refuses TIFF of $name', async ({ file, says }) => {
    const bytes = fromBase64(file);
    for (const read of [() => openPicture(bytes, { name: 'scan.tif' }), () => readPictureFacts(bytes, 'scan.tif')]) {
      const error = await userErrorOf(read);
      expect(error.code).toBe('image-unreadable');
      expect(error.message).toContain(says);
      expect(error.message).toMatch(/^scan\.tif is a TIFF file with [^.]*\.$/);
      expect(error.hint).toMatch(/^Save it as .*\.$/);
    }
  });
});
