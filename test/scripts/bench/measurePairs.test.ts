import { describe, expect, it } from 'vitest';
import { measurePairs } from '../../../bench/against/measurePairs';
import type { Subject } from '../../../bench/against/subject';
import type { Side } from '../../../bench/against/turns';
import type { Contender } from '../../../bench/contender';
import type { AnyTask } from '../../../bench/taskNames';

const MIB = 2 ** 20;
const LIMITS = { rounds: 4, longestMs: 1000 };

/** A contender whose times are given, not taken; `log` hears what is asked of it. */
function scripted(
  side: Side,
  log: string[],
  time: (side: Side, task: AnyTask) => number,
  peakMib: Readonly<Record<Side, number>> = { ours: 100, other: 100 },
): Contender {
  return {
    name: side,
    pid: process.pid,
    ready: { version: '', loadMs: side === 'ours' ? 30 : 20, engine: 'onnx' },
    run: async (task) => {
      log.push(`${side} ${task}`);
      return { ms: time(side, task), peakBytes: peakMib[side] * MIB };
    },
    close: () => log.push(`${side} closed`),
  };
}

function subjectOf(log: string[], time: (side: Side, task: AnyTask) => number, tasks: Subject['tasks']): Subject {
  return {
    name: 'model',
    tasks,
    first: 'gradient',
    start: async (side) => {
      log.push(`${side} started`);
      return scripted(side, log, time, { ours: 150, other: 100 });
    },
  };
}

/** Without repeats. */
const distinct = (lines: readonly string[]): string[] => lines.filter((line, index) => line !== lines[index - 1]);

describe('comparing two checkouts', () => {
  it('starts both afresh in every round and lets them take turns', async () => {
    const log: string[] = [];
    await measurePairs(
      subjectOf(log, () => 500, ['fgsm']),
      LIMITS,
    );
    const firstRound = distinct(log).slice(0, 16);
    expect(firstRound).toEqual([
      ...['ours started', 'ours gradient', 'other started', 'other gradient'],
      ...['other closed', 'other started', 'other gradient'],
      ...['ours closed', 'ours started', 'ours gradient'],
      ...['ours fgsm', 'other fgsm', 'ours fgsm', 'other fgsm'],
      ...['ours closed', 'other closed'],
    ]);
    expect(distinct(log)[16]).toBe('other started');
    expect(log.filter((line) => line === 'ours started')).toHaveLength(8);
    expect(log.filter((line) => line === 'ours closed')).toHaveLength(8);
  });

  it('pairs the rounds, with the first gradient from the start of the program and the memory', async () => {
    const time = (side: Side, task: AnyTask): number => (task === 'gradient' ? 10 : side === 'ours' ? 60 : 40);
    const { rows, gaps, engines } = await measurePairs(subjectOf([], time, ['fgsm']), LIMITS);
    expect(gaps).toEqual([]);
    expect(engines).toEqual({ ours: 'onnx', other: 'onnx' });
    const found = rows.map(({ name, unit, ratio }) => [name, unit, ratio.median, ratio.runs]);
    expect(found).toEqual([
      ['first-gradient', 'ms', 40 / 30, 4],
      ['memory after first-gradient', 'MiB', 1.5, 4],
      ['fgsm', 'ms', 1.5, 4],
      ['memory after all rows', 'MiB', 1.5, 4],
    ]);
  });

  it('leaves out a task that one cannot do, and says who', async () => {
    const time = (side: Side, task: AnyTask): number => {
      if (side === 'ours' && task === 'fgsm') throw new Error('There is no attack "fgsm".');
      return 50;
    };
    const { rows, gaps } = await measurePairs(subjectOf([], time, ['fgsm', 'bare-prediction']), LIMITS);
    expect(gaps).toEqual([{ model: 'model', name: 'fgsm', failed: ['ours'], why: 'ours: There is no attack "fgsm".' }]);
    expect(rows.map(({ name }) => name)).toContain('bare-prediction');
  });

  it('leaves out a task that takes too long, and all of a model that is refused', async () => {
    const slow = await measurePairs(
      subjectOf([], (_side, task) => (task === 'fgsm' ? 5000 : 50), ['fgsm']),
      LIMITS,
    );
    expect(slow.gaps).toEqual([{ model: 'model', name: 'fgsm', failed: [], why: '5 s a run' }]);
    const refusing: Subject = {
      ...subjectOf([], () => 50, ['fgsm']),
      start: async (side) => {
        if (side === 'other') throw new Error('refused');
        return scripted(side, [], () => 50);
      },
    };
    const { rows, gaps } = await measurePairs(refusing, LIMITS);
    expect(rows).toEqual([]);
    expect(gaps.map(({ name, failed }) => [name, ...failed])).toEqual([
      ['first-gradient', 'other'],
      ['fgsm', 'other'],
    ]);
  });
});
