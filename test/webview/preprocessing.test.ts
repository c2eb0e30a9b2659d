import { resultRecord } from '../../src/core/result/kinds';
import { describe, expect, it } from 'vitest';
import { read, readIf } from '../../src/core/schema/schema';
import { runFacts } from '../../webview-ui/facts';
import { attackResult, attributionResult } from '../extension/support/results';

const caffe = {
  color: 'bgr',
  range: [0, 255],
  mean: [103.939, 116.779, 123.68],
  std: [1],
  resize: 'center-crop',
  interpolation: 'bilinear',
  source: 'preset caffe in lens.json',
} as const;

const records = [
  attributionResult('20250131T000000Z-00000001').record,
  attackResult('20250131T000000Z-00000002').record,
];
const withPreprocessing = (record: (typeof records)[number], preprocessing: unknown): unknown =>
  // As it is stored: JSON.
  JSON.parse(JSON.stringify({ ...record, model: { ...record.model, preprocessing } }));

describe('a record', () => {
  it.each(records)('of kind $kind keeps what pixels became, and says it', (record) => {
    const kept = read(resultRecord, withPreprocessing(record, caffe));
    expect(kept.model.preprocessing).toEqual(caffe);
    const facts = new Map(runFacts(kept).map(([name, value]) => [name, value]));
    expect(facts.get('Pixel values')).toBe(
      '[0, 1] to [0, 255], minus 103.939, 116.779, 123.68, divided by 1 (preset caffe in lens.json)',
    );
    expect(facts.get('Fitted by')).toBe('center-crop, bilinear');
  });

  it.each(records)('of kind $kind from before it was kept is read and says nothing of it', (record) => {
    const kept = read(resultRecord, withPreprocessing(record, undefined));
    expect(kept.model).toEqual(record.model);
    expect(runFacts(kept).map(([name]) => name)).not.toContain('Pixel values');
  });

  it.each<[string, unknown]>([
    ['one end of a range', { ...caffe, range: [0] }],
    ['an unknown fit', { ...caffe, resize: 'warp' }],
    ['a mean that is text', { ...caffe, mean: ['a'] }],
    ['no source', { ...caffe, source: undefined }],
  ])('with %s is refused', (_, preprocessing) => {
    for (const record of records)
      expect(readIf(resultRecord, withPreprocessing(record, preprocessing))).toBeUndefined();
  });
});
