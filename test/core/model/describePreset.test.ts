import { describe, expect, it } from 'vitest';
import { describePreset } from '../../../src/core/model/describePreset';

describe('a preset in a description', () => {
  it('is its input where there is none', () => {
    expect(describePreset({}, 'signed')).toEqual({ input: { preset: 'signed' } });
  });

  it('takes the place of what scales pixels, and of nothing else', () => {
    const before = {
      $schema: './own.json',
      classes: ['cat', 'dog'],
      input: { height: 4, range: [0, 255], mean: [1], std: [2], rescale: 3, preset: 'unit', note: 'mine' },
    };
    const copy = structuredClone(before);
    expect(describePreset(before, 'torchvision')).toEqual({
      $schema: './own.json',
      classes: ['cat', 'dog'],
      input: { height: 4, note: 'mine', preset: 'torchvision' },
    });
    expect(before).toEqual(copy);
  });

  it.each([[null], [[]], ['text'], [3], [{ input: [] }], [{ input: 'bytes' }]])('has no place in %j', (description) => {
    expect(describePreset(description, 'unit')).toBeUndefined();
  });
});
