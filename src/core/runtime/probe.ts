import type { ModelInput } from '../model/modelInfo';

/** What a network puts out for pictures that mean nothing. */
export interface Probe {
  /** Raw outputs of the probe pictures, count × outputs. */
  readonly raw: Float32Array;
  readonly count: number;
  readonly outputs: number;
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
  isKnown: boolean,
): Promise<Probe> {
  const rows = [await run(probePixels(input, 0))];
  while (!isKnown && rows.length < MOST_PROBED && rows.every(inUnitRange))
    rows.push(await run(probePixels(input, rows.length)));
  const outputs = rows[0]!.length;
  const raw = new Float32Array(rows.length * outputs);
  rows.forEach((row, index) => raw.set(row, index * outputs));
  return { raw, count: rows.length, outputs };
}

/** Do all outputs lie in [0, 1], as those of probabilities do? */
export function inUnitRange(raw: Float32Array): boolean {
  return raw.every((value) => value >= -1e-6 && value <= 1 + 1e-6);
}

/** By how much the sum of probabilities that were rounded to 8 bits may miss 1. */
const ROUNDED_SUM = 0.02;

/** Is each row, of several numbers, a distribution: its sum 1, up to rounding. */
export function sumToOne({ raw, count, outputs }: Probe): boolean {
  if (outputs === 1) return false;
  return Array.from({ length: count }, (_, row) => raw.subarray(row * outputs, (row + 1) * outputs)).every(
    (row) => Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= ROUNDED_SUM,
  );
}

/** Park–Miller numbers in [0, 1]: the same in every run. */
function randomPixels(length: number): Float32Array {
  let state = 20_010_911;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}
