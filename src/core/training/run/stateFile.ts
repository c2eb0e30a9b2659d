import type { TrainableNetwork } from '../network';
import type { Optimizer } from '../optimizer';
import type { RunningSums } from '../watch/watcher';
import { damagedRun } from './ownFiles';
import type { EpochResult } from './record';
import { epochShape } from './recordFile';
import type { Section, Sections } from './sections';
import { openSections, writeSections } from './sections';
import { firstMisfit, isCount, isNumber } from './shape';

/** Where a run stands; with the arrays beside it in the file, all that going on needs. */
export interface RunState {
  /** Minibatches done. */
  readonly step: number;
  readonly seconds: number;
  readonly epochs: readonly EpochResult[];
  /** Sums over the minibatches of the epoch under way. */
  readonly epoch: EpochSums;
}

export interface EpochSums {
  /** Σ of the minibatches' losses, and how many. */
  readonly loss: number;
  readonly minibatches: number;
  readonly correct: number;
  readonly images: number;
  readonly seconds: number;
}

/** What a state is of: written from and restored into. */
export interface RunParts {
  readonly network: TrainableNetwork;
  readonly optimizer: Optimizer;
  readonly sums: RunningSums | undefined;
}

export const STATE_FILE = 'state.bin';
const VERSION = 1;

const stateShape = {
  step: isCount,
  seconds: isNumber,
  epochs: [epochShape],
  epoch: { loss: isNumber, minibatches: isCount, correct: isCount, images: isCount, seconds: isNumber },
  updates: isCount,
  sumCount: isCount,
} as const;

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

interface Counters {
  readonly updates: number;
  readonly sumCount: number;
}

async function withState<T>(
  folder: string,
  use: (sections: Sections, state: RunState, counters: Counters) => Promise<T>,
): Promise<T> {
  const sections = await openSections(folder, STATE_FILE);
  try {
    const { facts } = sections;
    if (facts.version !== VERSION) throw damagedRun(STATE_FILE, 'is of a version that this program does not know');
    const misfit = firstMisfit(facts, stateShape);
    if (misfit !== undefined) throw damagedRun(STATE_FILE, `is not a state (${misfit.slice(0, 100)})`);
    const { step, seconds, epochs, epoch, updates, sumCount } = facts as unknown as RunState & Counters;
    return await use(sections, { step, seconds, epochs, epoch }, { updates, sumCount });
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
