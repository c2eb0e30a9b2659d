import { resultRecord } from '../../src/core/result/kinds';
import { describe, expect, it } from 'vitest';
import type { PictureDecoding } from '../../src/core/result/record';
import { read, readIf } from '../../src/core/schema/schema';
import { toInspector } from '../../src/protocol/inspector';
import { runFacts } from '../../webview-ui/facts';
import { attackResult, attributionResult } from '../extension/support/results';

const readRecord = (record: unknown) => read(resultRecord, record);
const isRecord = (record: unknown) => readIf(toInspector, { type: 'record', record }) !== undefined;

const whole: PictureDecoding = {
  format: 'TIFF',
  bits: 16,
  colours: 'RGB',
  orientation: { value: 8, source: 'EXIF in text' },
  alpha: { least: 0, most: 0.5, background: 'white' },
  ignoredBands: 1,
  profile: { name: 'Display P3', applied: false },
  frames: 3,
  brightest: 0.0625,
};

const records = [
  attributionResult('20250131T000000Z-00000001').record,
  attackResult('20250131T000000Z-00000002').record,
];
const withDecoding = (record: (typeof records)[number], decoding: unknown): unknown =>
  // As it is stored: JSON.
  JSON.parse(JSON.stringify({ ...record, image: { ...record.image, decoding } }));

describe('records', () => {
  it('from before decoding was kept are read as they were', () => {
    for (const record of records) {
      const read = readRecord(withDecoding(record, undefined));
      expect(read.image).toEqual(record.image);
      expect(read.image).not.toHaveProperty('decoding');
      expect(isRecord(read)).toBe(true);
    }
  });

  it('give the whole decoding back, and a small one', () => {
    for (const record of records)
      for (const decoding of [whole, { format: 'PNG', bits: 8, colours: 'grey' } as const]) {
        const read = readRecord(withDecoding(record, decoding));
        expect(read.image.decoding).toEqual(decoding);
        expect(isRecord(read)).toBe(true);
      }
  });

  it.each<[string, unknown]>([
    ['an unknown format', { ...whole, format: 'PDF' }],
    ['no colours', { ...whole, colours: undefined }],
    ['bits that are text', { ...whole, bits: '16' }],
    ['an orientation of 9', { ...whole, orientation: { value: 9, source: 'EXIF' } }],
    ['an unknown source', { ...whole, orientation: { value: 3, source: 'IPTC' } }],
    ['opacity beyond 1', { ...whole, alpha: { ...whole.alpha, most: 255 } }],
    ['a profile without a name', { ...whole, profile: { applied: false } }],
    ['frames that are no count', { ...whole, frames: 2.5 }],
    ['a list', [whole]],
  ])('with %s are refused by both readers', (_, decoding) => {
    for (const record of records) {
      expect(() => readRecord(withDecoding(record, decoding))).toThrow(/decoding/);
      expect(isRecord({ ...record, image: { ...record.image, decoding } })).toBe(false);
    }
  });

  it('show it among the details of a result', () => {
    const [record] = records as [(typeof records)[number]];
    const facts = runFacts({ ...record, image: { ...record.image, decoding: whole } });
    expect(facts).toContainEqual(['Picture file', 'TIFF, 16-bit RGB with alpha, 3 pages']);
    const decoded = facts.find(([name]) => name === 'Decoded')?.[1];
    expect(decoded).toContain('turned by 90° anticlockwise (EXIF in text orientation 8)');
    expect(decoded).toContain('transparency laid on white');
    const plain = runFacts({
      ...record,
      image: { ...record.image, decoding: { format: 'PNG', bits: 8, colours: 'grey' } },
    });
    expect(plain.map(([name]) => name)).toContain('Picture file');
    expect(plain.map(([name]) => name)).not.toContain('Decoded');
    expect(runFacts(record).map(([name]) => name)).not.toContain('Picture file');
  });
});
