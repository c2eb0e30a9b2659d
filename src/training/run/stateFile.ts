import type { TrainableNetwork } from '../../core/model/trainableNetwork';
import type { Optimizer } from '../optimizer';
import { list, object } from '../../core/schema/kinds';
import { count, number } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';
import { misfitText, reading } from '../../core/schema/schema';
import type { RunningSums } from '../watch/watcher';
import { damagedRun } from './ownFiles';
import { epochResult } from './record';
import type { Section, Sections } from './sections';
import { openSections, writeSections } from './sections';

const epochSums = object({
  /** Σ of the minibatches' losses, and how many. */
  loss: number(),
  minibatches: count,
  correct: count,
  images: count,
  seconds: number(),
});
export type EpochSums = Of<typeof epochSums>;

/** Where a run stands; with the arrays beside it in the file, all that going on needs. */
const runState = object({
  /** Minibatches done. */
  step: count,
  seconds: number(),
  epochs: list(epochResult),
  /** Sums over the minibatches of the epoch under way. */
  epoch: epochSums,
});
export type RunState = Of<typeof runState>;

const counters = { updates: count, sumCount: count };
const keptState = object({ ...runState.entries, ...counters });
type Counters = Pick<Of<typeof keptState>, keyof typeof counters>;

/** What a state is of: written from and restored into. */
export interface RunParts {
  readonly network: TrainableNetwork;
  readonly optimizer: Optimizer;
  readonly sums: RunningSums | undefined;
}

export const STATE_FILE = 'state.bin';
const VERSION = 1;

/** Writes `state.bin` into the state folder; on the disk when it settles. */
export async function writeState(
  folder: string,
  state: RunState,
  { network, optimizer, sums }: RunParts,
): Promise<void> {
  const { updates, moments } = optimizer.state;
  const sections: Section[] = [
    ...network.weights.map(({ values }, index) => ({ name: weightName(index), data: values })),
    ...moments.map((data, index) => ({ name: momentName(index), data })),
  ];
  await writeSections(folder, STATE_FILE, factsOf(state, updates, sums), [...sections, ...sumSections(sums)]);
}

function factsOf(state: RunState, updates: number, sums: RunningSums | undefined) {
  return { version: VERSION, ...state, updates, sumCount: sums?.count ?? 0 };
}

function sumSections(sums: RunningSums | undefined): readonly Section[] {
  if (!sums) return [];
  return [
    { name: 'signed', data: sums.signed },
    { name: 'absolute', data: sums.absolute },
    { name: 'last', data: sums.last },
  ];
}

/** Leaves of a finished run's state what is still read: its place and its sums. */
export async function writeSums(folder: string, sums: RunningSums | undefined): Promise<void> {
  const state = await readState(folder);
  await writeSections(folder, STATE_FILE, factsOf(state, 0, sums), sumSections(sums));
}

/** Where the run of this state folder stands. Throws `UserError('training-failed')`. */
export async function readState(folder: string): Promise<RunState> {
  return withState(folder, async (_, state) => state);
}

/** Reads the state into `parts`, which must be of the same run. Throws `UserError('training-failed')`. */
export async function restoreState(folder: string, { network, optimizer, sums }: RunParts): Promise<RunState> {
  return withState(folder, async (sections, state, { updates, sumCount }) => {
    for (const [index, { values }] of network.weights.entries())
      values.set(await sections.float32(weightName(index), 0, values.length));
    const moments: Float32Array[] = [];
    for (const [index, { length }] of optimizer.state.moments.entries())
      moments.push(await sections.float32(momentName(index), 0, length));
    optimizer.restore({ updates, moments });
    if (sums) {
      sums.signed.set(await sections.float64('signed', 0, sums.signed.length));
      sums.absolute.set(await sections.float64('absolute', 0, sums.absolute.length));
      sums.last.set(await sections.float32('last', 0, sums.last.length));
      sums.count = sumCount;
    }
    return state;
  });
}

/** The sums of one watched image of `values` numbers. Throws `UserError('training-failed')`. */
export async function readSums(folder: string, image: number, values: number): Promise<RunningSums> {
  return withState(folder, async (sections, _, { sumCount }) => ({
    count: sumCount,
    signed: await sections.float64('signed', image * values, values),
    absolute: await sections.float64('absolute', image * values, values),
    last: await sections.float32('last', image * values, values),
  }));
}

async function withState<T>(
  folder: string,
  use: (sections: Sections, state: RunState, counts: Counters) => Promise<T>,
): Promise<T> {
  const sections = await openSections(folder, STATE_FILE);
  try {
    const { facts } = sections;
    if (facts.version !== VERSION) throw damagedRun(STATE_FILE, 'is of a version that this program does not know');
    const { value, misfit } = reading(keptState, facts);
    if (misfit) throw damagedRun(STATE_FILE, `is not a state (${misfitText(misfit)})`);
    const { updates, sumCount, ...state } = value;
    return await use(sections, state, { updates, sumCount });
  } finally {
    await sections.close();
  }
}

function weightName(index: number): string {
  return `weight ${index}`;
}

function momentName(index: number): string {
  return `moment ${index}`;
}
