import { throwIfCancelled } from '../../errors';
import type { ImageBatch } from '../../image/pixels';
import type { EngineId, ModelInfo } from '../../model/modelInfo';
import { DEFAULT_MEMORY, type MethodContext } from '../context';
import { countPoints, type Points, shapeOfPoints, writePoint } from './points';

/**
 * Points a call: enough to keep an engine busy, few enough that a cancellation, which is heard between calls, is heard soon.
 * The size of a chunk never depends on time, so that a result can be repeated bit by bit.
 */
const POINTS_A_CALL: Readonly<Record<EngineId, number>> = { onnx: 32, tensorflow: 16, wasm: 4, cpu: 1 };

/**
 * Makes all points, one after the other, in chunks that fit engine and memory, and hands each chunk to `use` with the number of its
 * first point; the batch is made anew for the next. `chunk`: points a call, for tests. Reports each chunk.
 * Throws `CancelledError` between chunks, and what `use` throws.
 */
export async function eachChunk(
  parts: readonly [Points, ...Points[]],
  { engine }: Pick<ModelInfo, 'engine'>,
  context: Omit<MethodContext, 'seed'>,
  use: (batch: ImageBatch, start: number) => Promise<void>,
  chunk?: number,
): Promise<void> {
  const { height, width, channels } = shapeOfPoints(parts[0]);
  const length = height * width * channels;
  const order = parts.flatMap((points) =>
    Array.from({ length: countPoints(points) }, (_, point) => ({ points, point })),
  );
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  const size = chunk ?? chunkSize(engine, order.length, (context.memory ?? DEFAULT_MEMORY) / bytes);
  const pixels = new Float32Array(Math.min(size, order.length) * length);
  for (let start = 0; start < order.length; start += size) {
    throwIfCancelled(context.signal);
    const part = order.slice(start, start + size);
    part.forEach(({ points, point }, place) =>
      writePoint(points, point, pixels.subarray(place * length, (place + 1) * length)),
    );
    await use({ data: pixels.subarray(0, part.length * length), count: part.length, height, width, channels }, start);
    context.progress?.(Math.min(start + size, order.length), order.length);
  }
  throwIfCancelled(context.signal);
}

/** Even chunks: engines fill up the last one, and the same size each time is made ready once. */
function chunkSize(engine: EngineId, points: number, room: number): number {
  const largest = Math.max(1, Math.min(POINTS_A_CALL[engine], Math.floor(room)));
  return Math.ceil(points / Math.ceil(points / largest));
}
