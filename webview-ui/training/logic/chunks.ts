import type { FrameIndex } from './frameIndex';

/** Places that are asked of the host: `from`, `from + stride`, … before `to`. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

/** As the host allows in one call. */
const MOST_FRAMES = 512;
const CHUNK_BYTES = 8 * 1024 ** 2;

export function framesPerChunk(bytesPerFrame: number): number {
  return Math.max(1, Math.min(MOST_FRAMES, 64, Math.floor(CHUNK_BYTES / Math.max(1, bytesPerFrame))));
}

/**
 * What to fetch so that `place` and those after it at `stride` can be shown; undefined where all of a chunk is there. A chunk
 * begins at the first missing frame within half of a chunk ahead: playing never waits for the last frame of a chunk.
 */
export function planChunk(
  steps: FrameIndex,
  has: (step: number) => boolean,
  place: number,
  stride: number,
  count: number,
): Chunk | undefined {
  const ahead = Math.max(1, Math.ceil(count / 2));
  for (let index = 0; index < ahead; index++) {
    const wanted = place + index * stride;
    const step = steps[wanted];
    if (step === undefined) return undefined;
    if (has(step)) continue;
    const to = Math.min(steps.length, wanted + count * stride);
    return { from: wanted, to, stride };
  }
  return undefined;
}

/** A whole run in at most `most` evenly spaced frames, as chunks of at most `perChunk`. */
export function planWhole(count: number, most: number, perChunk: number): readonly Chunk[] {
  const stride = Math.max(1, Math.ceil(count / most));
  const chunks: Chunk[] = [];
  for (let from = 0; from < count; from += stride * perChunk)
    chunks.push({ from, to: Math.min(count, from + stride * perChunk), stride });
  return chunks;
}
