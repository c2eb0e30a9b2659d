import { setTimeout as pause } from 'node:timers/promises';
import { shareOfOthers, waitForCalm } from '../calm';
import type { Contender } from '../contender';
import { spreadOf } from '../statistics';
import type { AnyTask } from '../taskNames';
import { rowOf, type Gap, type Pair, type Row } from './rows';
import type { Subject } from './subject';
import { startOrder, turnOrder, type Side } from './turns';

/** Before each turn, until the threads of the one before have stopped spinning; and how long a busy machine is waited for. */
const PAUSE_MS = 10;
const WAIT_MS = 100;
/** A task is run at least this long before it is measured, so that it is compiled. */
const WARM_MS = 100;
/** A turn repeats a short task for about this long. */
const TURN_MS = 60;
const MOST_REPEATS = 50;
/** Turns of each in a round: of tasks that take longer than this, one. */
const TURNS = 2;
const LONG_MS = 300;

export interface Limits {
  readonly rounds: number;
  /** Tasks that take longer are left out. */
  readonly longestMs: number;
}

export interface Comparison {
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  /** Share of the cores that other processes had during a turn; absent where the system does not tell. */
  readonly others: readonly number[];
  /** The engines that ran, where the product chose. */
  readonly engines: Readonly<Partial<Record<Side, string>>>;
}

type Both<T> = Readonly<Record<Side, T>>;
const SIDES: readonly Side[] = ['ours', 'other'];
const MIB = 2 ** 20;

/** The first gradient and the largest memory, which are measured besides the tasks. */
const FIRST_ROW = 'first-gradient';
const FIRST_MEMORY_ROW = 'memory after first-gradient';
export const MEMORY_ROW = 'memory after all rows';

/**
 * Compares two checkouts on one subject. In every round both are started afresh, so that what differs between two processes of the
 * same code is among what the quartiles tell; then they take turns at each task. A task that one of them cannot do is a gap.
 */
export async function measurePairs(subject: Subject, { rounds, longestMs }: Limits): Promise<Comparison> {
  const pairs = new Map<string, Pair[]>();
  const gaps = new Map<string, Gap>();
  const others: number[] = [];
  const engines: Partial<Record<Side, string>> = {};
  const add = (name: string, { ours, other }: Both<number>): void => {
    pairs.set(name, [...(pairs.get(name) ?? []), { ours, other }]);
  };
  const leaveOut = (name: string, failed: readonly Side[], why: string): void => {
    pairs.delete(name);
    gaps.set(name, { model: subject.name, name, failed, why });
  };
  for (let round = 0; round < rounds; round++) {
    const running = new Map<Side, Contender>();
    try {
      const starts: Both<Start[]> = { ours: [], other: [] };
      const started = await onBoth(turnOrder(round, subject.first ? TURNS : 1), async (side) => {
        running.get(side)?.close();
        const contender = await subject.start(side);
        running.set(side, contender);
        if (contender.ready.engine !== undefined) engines[side] = contender.ready.engine;
        if (subject.first === undefined) return;
        const { ms, peakBytes } = await contender.run(subject.first);
        starts[side].push({ ms: (contender.ready.loadMs ?? 0) + ms, mib: peakBytes / MIB });
      });
      if ('failed' in started) {
        for (const name of [...(subject.first ? [FIRST_ROW] : []), ...subject.tasks])
          leaveOut(name, started.failed, started.why);
        break;
      }
      if (subject.first !== undefined) {
        add(
          FIRST_ROW,
          onEither((side) => usual(starts[side].map(({ ms }) => ms))),
        );
        add(
          FIRST_MEMORY_ROW,
          onEither((side) => usual(starts[side].map(({ mib }) => mib))),
        );
      }
      const contenders: Both<Contender> = { ours: running.get('ours')!, other: running.get('other')! };
      const peak = { ours: 0, other: 0 };
      for (const task of subject.tasks) {
        if (gaps.has(task)) continue;
        const outcome = await measureTask(contenders, task, round, longestMs);
        if ('why' in outcome) {
          leaveOut(task, outcome.failed, outcome.why);
          continue;
        }
        add(task, outcome.ms);
        for (const side of SIDES) peak[side] = Math.max(peak[side], outcome.peak[side]);
        others.push(...outcome.others);
      }
      if (peak.ours > 0)
        add(
          MEMORY_ROW,
          onEither((side) => peak[side] / MIB),
        );
    } finally {
      for (const contender of running.values()) contender.close();
    }
  }
  const rows = [...pairs].map(([name, each]) =>
    rowOf(subject.name, name, name === FIRST_MEMORY_ROW || name === MEMORY_ROW ? 'MiB' : 'ms', each),
  );
  return { rows, gaps: [...gaps.values()], others, engines };
}

interface Start {
  readonly ms: number;
  readonly mib: number;
}

interface Failed {
  readonly failed: readonly Side[];
  readonly why: string;
}

function onEither<T>(make: (side: Side) => T): Both<T> {
  return { ours: make('ours'), other: make('other') };
}

/** What a round's runs count as: their lower quartile, since other programs only ever add to a time. */
function usual(values: readonly number[]): number {
  return spreadOf(values).lower;
}

/** Does something with one after the other; tells who could not, and why. */
async function onBoth<T>(order: readonly Side[], act: (side: Side) => Promise<T>): Promise<Both<T> | Failed> {
  const results = new Map<Side, T>();
  const reasons = new Map<Side, string>();
  for (const side of order) {
    try {
      results.set(side, await act(side));
    } catch (error) {
      reasons.set(side, error instanceof Error ? error.message : String(error));
    }
  }
  if (reasons.size === 0) return { ours: results.get('ours')!, other: results.get('other')! };
  return {
    failed: SIDES.filter((side) => reasons.has(side)),
    why: [...reasons].map(([side, reason]) => `${side}: ${reason}`).join('; '),
  };
}

interface TaskOutcome {
  readonly ms: Both<number>;
  readonly peak: Both<number>;
  readonly others: readonly number[];
}

/** One task in one round: both warm up, then take turns. */
async function measureTask(
  contenders: Both<Contender>,
  task: AnyTask,
  round: number,
  longestMs: number,
): Promise<TaskOutcome | Failed> {
  const warm = await onBoth(startOrder(round), (side) => warmUp(contenders[side], task));
  if ('failed' in warm) return warm;
  const slowest = Math.max(warm.ours, warm.other);
  if (slowest > longestMs) return { failed: [], why: `${(slowest / 1000).toFixed(0)} s a run` };
  const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(TURN_MS / slowest)));
  const ms = { ours: [] as number[], other: [] as number[] };
  const peak = { ours: 0, other: 0 };
  const others: number[] = [];
  for (const side of turnOrder(round, slowest > LONG_MS ? 1 : TURNS)) {
    await pause(PAUSE_MS);
    await waitForCalm(WAIT_MS);
    const turn = await shareOfOthers(contenders[side].pid, async () => {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const timing = await contenders[side].run(task);
        ms[side].push(timing.ms);
        peak[side] = timing.peakBytes;
      }
    });
    if (turn.others !== undefined) others.push(turn.others);
  }
  return { ms: onEither((side) => usual(ms[side])), peak, others };
}

/** Runs until the time for it is over and tells what the last run took, milliseconds. */
async function warmUp(contender: Contender, task: AnyTask): Promise<number> {
  const end = performance.now() + WARM_MS;
  let last = (await contender.run(task)).ms;
  while (performance.now() < end) last = (await contender.run(task)).ms;
  return last;
}
