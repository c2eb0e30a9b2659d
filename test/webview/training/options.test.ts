import { describe, expect, it } from 'vitest';
import { check } from '../../../src/core/schema/check';
import { holdOut } from '../../../src/training/data/subsets';
import { DEFAULT_TRAINING, type TrainingOptions, trainingOptions } from '../../../src/training/options';
import { numberProblem } from '../../../webview-ui/controls/numberField';
import * as optionFields from '../../../webview-ui/training/form/optionFields';
import { plannedSteps } from '../../../webview-ui/training/form/plan';
import { datasetInfo, form } from '../support/runs';

function isTaken(options: TrainingOptions): boolean {
  try {
    check(trainingOptions, options);
    return true;
  } catch {
    return false;
  }
}

describe('a field of the form', () => {
  it.each(Object.entries(optionFields))('%s allows what the engine takes, and nothing else', (_, field) => {
    const { minimum, maximum } = field.spec.range;
    const step = field.spec.range.isWhole ? 1 : 1e-6;
    const shown = [minimum - step, minimum, minimum + step, (minimum + maximum) / 2, maximum, maximum + step];
    const tried = [...shown, -1, 0, 0.5, 1, 7, 50, 1000, 4096, 4097, 65_536, 1e12];
    const allowed = tried.filter((value) => numberProblem(String(value), field.spec) === undefined);
    expect(allowed).toEqual(tried.filter((value) => isTaken(field.set(DEFAULT_TRAINING, value))));
    expect(allowed.length).toBeGreaterThan(2);
    expect(allowed.length).toBeLessThan(tried.length);
  });

  it('says of a minibatch of 65,536 that it is too large', () => {
    expect(numberProblem('65536', optionFields.batchSize.spec)).toBe('Enter a number from 1 to 4096.');
  });

  it('shows shares in percent', () => {
    const { validationShare } = optionFields;
    expect(validationShare.spec.caption).toBe('Validation (%)');
    expect(validationShare.get({ ...DEFAULT_TRAINING, validationShare: 0.07 })).toBe(7);
    expect(validationShare.set(DEFAULT_TRAINING, 7).validationShare).toBe(0.07);
  });
});

describe('the minibatches that the form foretells', () => {
  it.each([
    [100, 10, 0.05],
    [3, 1000, 0.05],
    [7, 1, 0.5],
    [5, 9, 0],
  ])('are those of the trainer: %i classes of %i, %d held out', (classes, each, validationShare) => {
    const labels = Uint16Array.from({ length: classes * each }, (_, index) => index % classes);
    const set = { count: labels.length, labels, read: () => Promise.resolve(), nameOf: () => ({ name: '' }) };
    const trained = holdOut(set, validationShare, 0).rest.count;
    const info = { ...datasetInfo, trainCount: labels.length, classCounts: new Array<number>(classes).fill(each) };
    const options = { ...DEFAULT_TRAINING, epochs: 1, batchSize: 1, validationShare };
    expect(plannedSteps({ ...form, dataset: { request: { path: '/data' }, info } }, options)).toBe(trained);
  });

  it('hold one image of every small class out: 100 of 1000, where 5 % are 50', () => {
    const info = { ...datasetInfo, trainCount: 1000, classCounts: new Array<number>(100).fill(10) };
    const options = { ...DEFAULT_TRAINING, epochs: 1, batchSize: 1, validationShare: 0.05 };
    expect(plannedSteps({ ...form, dataset: { request: { path: '/data' }, info } }, options)).toBe(900);
  });
});
