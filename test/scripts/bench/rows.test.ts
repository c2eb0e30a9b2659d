import { describe, expect, it } from 'vitest';
import { disturbanceText, rowsText, verdict } from '../../../bench/against/report';
import { lostRows, rowOf, slowerRows, withMoreRounds, type Gap } from '../../../bench/against/rows';
import { startOrder, turnOrder } from '../../../bench/against/turns';
import { spreadOf } from '../../../bench/statistics';

const rowOfRatios = (name: string, ratios: readonly number[]): ReturnType<typeof rowOf> =>
  rowOf(
    'model',
    name,
    'ms',
    ratios.map((ours) => ({ ours, other: 1 })),
  );

describe('spread of measurements', () => {
  // numpy.percentile(…, [25, 50, 75]) of the same numbers.
  it.each([
    [[7], 7, 7, 7],
    [[2, 1], 1.25, 1.5, 1.75],
    [[15, 3, 9, 1], 2.5, 6, 10.5],
    [[6, 7, 15, 36, 39, 40, 41, 42, 43, 47, 49], 25.5, 40, 42.5],
  ])('interpolates the quartiles of %j', (values, lower, median, upper) => {
    expect(spreadOf(values)).toMatchObject({ lower, median, upper, min: Math.min(...values), runs: values.length });
  });
});

describe('order of a comparison', () => {
  it('starts each first as often', () => {
    const first = Array.from({ length: 8 }, (_, round) => startOrder(round)[0]);
    expect(first.filter((side) => side === 'ours')).toHaveLength(4);
  });

  it('turns around within a round and from round to round', () => {
    expect(turnOrder(0, 2)).toEqual(['ours', 'other', 'other', 'ours']);
    expect(turnOrder(1, 2)).toEqual(['other', 'ours', 'ours', 'other']);
    expect(turnOrder(1, 1)).toEqual(['other', 'ours']);
  });

  it('gives a drift that grows turn by turn to both alike', () => {
    const place = (side: string): number =>
      turnOrder(0, 2).reduce((sum, each, index) => (each === side ? sum + index : sum), 0);
    expect(place('ours')).toBe(place('other'));
  });
});

describe('rows of a comparison', () => {
  it('take the ratio round by round, not that of the medians', () => {
    const row = rowOf('model', 'gradient', 'ms', [
      { ours: 10, other: 10 },
      { ours: 30, other: 20 },
      { ours: 2, other: 4 },
    ]);
    expect(row.ratio.median).toBe(1);
    expect(row.ratio.upper).toBe(1.25);
    expect(row.ours.median).toBe(10);
  });

  it('are slower where the lower quartile is above 1.05, whatever the median is', () => {
    const noisy = rowOfRatios('noisy', [0.9, 1, 1.4, 1.5, 1.6]);
    const slower = rowOfRatios('slower', [1.04, 1.06, 1.07, 1.08, 1.09]);
    const onTheEdge = rowOfRatios('edge', [1.05, 1.05, 1.05, 1.05]);
    expect(slowerRows([noisy, slower, onTheEdge])).toEqual([slower]);
    expect(rowsText([noisy, slower], []).split('\n').at(-1)).toMatch(/^ {2}slower .*\[1\.06–1\.08\]\s+slower$/);
  });
});

describe('rows measured once more', () => {
  it('count all rounds of those that are named, and leave the others', () => {
    const rows = [rowOfRatios('gradient', [1.3, 1.3]), rowOfRatios('fgsm', [1, 1])];
    const again = [rowOfRatios('gradient', [1, 1]), rowOfRatios('fgsm', [9, 9])];
    const [gradient, fgsm] = withMoreRounds(rows, again, new Set(['gradient']));
    expect(gradient!.ratio).toMatchObject({ lower: 1, median: 1.15, upper: 1.3, runs: 4 });
    expect(fgsm).toBe(rows[1]);
  });
});

describe('the verdict', () => {
  const equal = rowOfRatios('gradient', [0.99, 1, 1.01]);
  const gap = (failed: Gap['failed']): Gap => ({ model: 'model', name: 'fgsm', failed, why: 'because' });

  it('passes equal rows and gaps that are not ours alone', () => {
    const { passes, text } = verdict([equal], [gap(['other']), gap(['ours', 'other']), gap([])]);
    expect(passes).toBe(true);
    expect(text).toBe('None of 1 rows has a lower quartile above 1.05.');
  });

  it('names the slower rows', () => {
    const { passes, text } = verdict([equal, rowOfRatios('fgsm', [1.2, 1.2, 1.2])], []);
    expect(passes).toBe(false);
    expect(text).toContain('1 of 2 rows have a lower quartile above 1.05:\n  model: fgsm **1.20** [1.20–1.20]');
  });

  it('does not pass what only the other checkout could run, nor nothing', () => {
    expect(lostRows([gap(['ours'])])).toHaveLength(1);
    expect(verdict([equal], [gap(['ours'])])).toMatchObject({ passes: false });
    expect(verdict([equal], [gap(['ours'])]).text).toContain('model: fgsm (because)');
    expect(verdict([], []).passes).toBe(false);
  });
});

describe('a shared machine', () => {
  it('is said, and that it decides nothing where over a quarter of the turns were disturbed', () => {
    expect(disturbanceText([0, 0.05])).toBeUndefined();
    expect(disturbanceText([])).toBeUndefined();
    expect(disturbanceText([0.5, 0, 0, 0])).toBe('Other processes had over 8 % of the cores in 1 of 4 turns.');
    expect(disturbanceText([0.5, 0.5, 0])).toMatch(/in 2 of 3 turns: this decides nothing/);
  });
});
