import type { ScaledScores } from '../core/graph/inspect/scaledScores';
import type { ModelInput } from '../core/model/modelInfo';

/** What a network puts out for pictures that mean nothing. */
export interface Probe {
  /** Raw outputs of the probe pictures, count × outputs. */
  readonly raw: Float32Array;
  readonly count: number;
  readonly outputs: number;
  /** The same picture has other scores in another run. */
  readonly isRandom?: boolean;
}

/** What is known of the scores before the network runs; `values` and `whole`: of scores that nothing was taken off of. */
export interface NetworkScores extends ScaledScores {
  /** The activation that was taken off; `logits`: none was. */
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
}

/** Pixels of a picture, height × width × channels in [0, 1], as different from the others as can be: noise, ramps, black, white. */
const PICTURES: readonly ((input: ModelInput) => Float32Array)[] = [
  ({ height, width, channels }) => randomPixels(height * width * channels),
  ({ height, width, channels }) =>
    Float32Array.from({ length: height * width * channels }, (_, index) => {
      const pixel = Math.floor(index / channels);
      return ((pixel % width) / width + (Math.floor(pixel / width) / height) * (1 + (index % channels))) / 4;
    }),
  ({ height, width, channels }) => new Float32Array(height * width * channels),
  ({ height, width, channels }) => new Float32Array(height * width * channels).fill(1),
];
/** So many pictures decide where the structure does not. */
const MOST_PROBED = PICTURES.length;

/** The probe picture `index`. */
export function probePixels(input: ModelInput, index: number): Float32Array {
  return PICTURES[index % PICTURES.length]!(input);
}

/**
 * Runs a network on one probe picture, or on several if that one leaves open whether it puts out probabilities. `run` gives the
 * raw outputs of one picture.
 */
export async function probeOutputs(
  run: (pixels: Float32Array) => Promise<Float32Array> | Float32Array,
  input: ModelInput,
  { activation, values }: NetworkScores,
): Promise<Probe> {
  const rows = [await run(probePixels(input, 0))];
  const isOpen = (): boolean =>
    values === 'unit' || rows.every(inUnitRange) || (values === 'unknown' && mayBeShares(rows));
  while (activation === 'logits' && rows.length < MOST_PROBED && isOpen())
    rows.push(await run(probePixels(input, rows.length)));
  const outputs = rows[0]!.length;
  const raw = new Float32Array(rows.length * outputs);
  rows.forEach((row, index) => raw.set(row, index * outputs));
  return { raw, count: rows.length, outputs };
}

/** Two runs of the same numbers differ by less, relative to the largest, though threads add them up in another order. */
const SAME_RUN = 1e-5;

/** Are these other scores than those of the first probe picture before? */
export function differsFromFirst({ raw, outputs }: Probe, again: Float32Array): boolean {
  const largest = again.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return !again
    .subarray(0, outputs)
    .every((value, index) => Object.is(value, raw[index]) || Math.abs(value - raw[index]!) <= SAME_RUN * largest);
}

/** Do all outputs lie in [0, 1], as those of probabilities do? */
export function inUnitRange(raw: Float32Array): boolean {
  return raw.every((value) => value >= -1e-6 && value <= 1 + 1e-6);
}

/** By how much the sum of probabilities that were rounded to 8 bits may miss 1. */
const ROUNDED_SUM = 0.02;

/** Is each row, of several numbers, a distribution: its sum `whole`, up to rounding. */
export function areShares(probe: Probe, whole: number): boolean {
  if (probe.outputs === 1) return false;
  return rowsOf(probe).every((row) => Math.abs(sumOf(row) / whole - 1) <= ROUNDED_SUM);
}

/**
 * The number that the outputs are shares of, as percentages are of 100: for pictures as different as can be their sum is the same, up
 * to rounding, while they are not, and none is negative. Undefined if they are no such shares.
 */
export function wholeOf(probe: Probe): number | undefined {
  const rows = rowsOf(probe);
  if (probe.count < MOST_PROBED || !mayBeShares(rows)) return undefined;
  const mean = sumOf(probe.raw) / probe.count;
  const isFixed = rows.every((row) => row.every((value, at) => Math.abs(value - rows[0]![at]!) <= ROUNDED_SUM * mean));
  if (isFixed) return undefined;
  if (!probe.raw.every(Number.isInteger)) return Math.abs(mean / PERCENT - 1) <= ROUNDED_SUM ? PERCENT : mean;
  // Each whole number may miss its share by one.
  return [PERCENT, BYTE].find((whole) => Math.abs(mean - whole) <= probe.outputs);
}

const PERCENT = 100;
const BYTE = 255;

/** Several numbers each, none negative, whose sum is the same up to rounding. */
function mayBeShares(rows: readonly Float32Array[]): boolean {
  const sum = sumOf(rows[0]!);
  return (
    rows[0]!.length > 1 &&
    sum > 0 &&
    rows.every((row) => row.every((value) => value >= 0) && Math.abs(sumOf(row) / sum - 1) <= ROUNDED_SUM)
  );
}

function rowsOf({ raw, count, outputs }: Probe): readonly Float32Array[] {
  return Array.from({ length: count }, (_, row) => raw.subarray(row * outputs, (row + 1) * outputs));
}

function sumOf(row: Float32Array): number {
  return row.reduce((sum, value) => sum + value, 0);
}

/** Park–Miller numbers in [0, 1]: the same in every run. */
function randomPixels(length: number): Float32Array {
  let state = 20_010_911;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}
