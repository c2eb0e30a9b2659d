import { throwIfCancelled } from '../../errors';
import type { PixelImage } from '../../image/pixels';
import type { MethodContext } from '../../method/context';
import type { Classifier, Objective, Scores } from '../../model/classifier';
import type { EngineId } from '../../model/modelInfo';
import type { Quadrature } from './quadrature';

export interface PathGradient {
  /** Σ weights[i]·∇f at the nodes: the mean gradient along the path. */
  readonly mean: Float64Array;
  /** Of the image itself. */
  readonly scores: Scores;
  /** f at the image and at the baseline. */
  readonly value: number;
  readonly baselineValue: number;
}

/**
 * Points a call: enough to keep an engine busy, few enough that a cancellation, which is heard between calls, is heard soon.
 * The size of a chunk never depends on time, so that a result can be repeated bit by bit.
 */
const POINTS_A_CALL: Readonly<Record<EngineId, number>> = { onnx: 32, tensorflow: 16, wasm: 4, cpu: 1 };
const BYTES_A_CALL = 64 * 1024 ** 2;

/**
 * The gradient of the objective f along the straight line a′ + α·(a − a′) from `baseline` a′ to `image` a, weighed as `rule` says,
 * summed in float64. Both ends are looked at too, for f(a), f(a′) and the scores. `chunk`: points a call, for tests.
 * Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function pathGradient(
  classifier: Classifier,
  image: PixelImage,
  baseline: Float32Array,
  objective: Objective,
  rule: Quadrature,
  context: MethodContext,
  chunk?: number,
): Promise<PathGradient> {
  const { data, height, width, channels } = image;
  const positions = [1, 0, ...rule.nodes];
  const weights = [0, 0, ...rule.weights];
  const size =
    chunk ?? chunkSize(classifier.info.engine, data.length * Float32Array.BYTES_PER_ELEMENT, positions.length);
  const points = new Float32Array(Math.min(size, positions.length) * data.length);
  const mean = new Float64Array(data.length);
  const values: number[] = [];
  let scores: Scores | undefined;
  for (let start = 0; start < positions.length; start += size) {
    throwIfCancelled(context.signal);
    const part = positions.slice(start, start + size);
    part.forEach((position, point) => writePoint(points, point * data.length, data, baseline, position));
    const batch = { data: points.subarray(0, part.length * data.length), count: part.length, height, width, channels };
    const result = await classifier.gradient(batch, [objective]);
    scores ??= firstOf(result.scores);
    values.push(...result.values);
    part.forEach((_, point) => {
      const weight = weights[start + point]!;
      const offset = point * data.length;
      if (weight !== 0)
        for (let index = 0; index < mean.length; index++) mean[index]! += weight * result.gradient[offset + index]!;
    });
    context.progress?.(Math.min(start + size, positions.length), positions.length);
  }
  throwIfCancelled(context.signal);
  return { mean, scores: scores!, value: values[0]!, baselineValue: values[1]! };
}

/** Even chunks: engines fill up the last one, and the same size each time is made ready once. */
function chunkSize(engine: EngineId, bytes: number, points: number): number {
  const largest = Math.max(1, Math.min(POINTS_A_CALL[engine], Math.floor(BYTES_A_CALL / bytes)));
  return Math.ceil(points / Math.ceil(points / largest));
}

/** (1 − α)·a′ + α·a: both ends exactly. */
function writePoint(
  target: Float32Array,
  offset: number,
  image: Float32Array,
  baseline: Float32Array,
  position: number,
): void {
  for (let index = 0; index < image.length; index++)
    target[offset + index] = (1 - position) * baseline[index]! + position * image[index]!;
}

function firstOf({ logits, probabilities, classes }: Scores): Scores {
  return { logits: logits.slice(0, classes), probabilities: probabilities.slice(0, classes), count: 1, classes };
}
