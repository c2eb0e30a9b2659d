/** What a network puts out for pictures that mean nothing. */
export interface Probe {
  /** Raw outputs of the probe images, count × outputs. */
  readonly raw: Float32Array;
  readonly count: number;
  readonly outputs: number;
}

/** Do these outputs look like probabilities: several numbers in [0, 1] with the sum 1. Of a single number nobody could tell. */
export function looksLikeProbabilities({ raw, count, outputs }: Probe): boolean {
  if (outputs === 1 || !raw.every((value) => value >= 0 && value <= 1)) return false;
  return Array.from({ length: count }, (_, row) => raw.subarray(row * outputs, (row + 1) * outputs)).every(
    (row) => Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-3,
  );
}

/** Park–Miller numbers in [0, 1]: the same in every run. */
export function randomPixels(length: number): Float32Array {
  let state = 20_010_911;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}
