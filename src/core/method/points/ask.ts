import type { ImageBatch } from '../../image/pixels';
import type { Classifier, Objective, Scores } from '../../model/classifier';
import { objectiveValues } from '../../model/objectives';
import type { MethodContext } from '../context';
import { eachChunk } from './chunks';
import { type Points, shapeOfPoints } from './points';

/** What a method wants to know: one objective at all points, in their order. */
export interface Question {
  readonly classifier: Classifier;
  readonly points: readonly [Points, ...Points[]];
  readonly objective: Objective;
  readonly context: MethodContext;
  /** Points a call, for tests; absent: as many as suit engine and memory. */
  readonly chunk?: number;
}

/** What of the model's answers is kept at all points. */
interface Gathered {
  /** Of the first point. */
  readonly scores: Scores;
  /** The objective at each point. */
  readonly values: readonly number[];
}

/**
 * The value of the objective at each point; no derivative is asked for, so any model will do. `also` sees all scores, chunk by
 * chunk. Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function valuesAt(
  { classifier, points, objective, context, chunk }: Question,
  also?: (scores: Scores) => void,
): Promise<Gathered> {
  const values: number[] = [];
  let first: Scores | undefined;
  const use = async (batch: ImageBatch): Promise<void> => {
    const scores = await classifier.predict(batch);
    first ??= firstOf(scores);
    values.push(...objectiveValues(scores, objective, classifier.info.output));
    also?.(scores);
  };
  await eachChunk(points, classifier.info, context, use, chunk);
  return { scores: first!, values };
}

/**
 * Σ weights[i]·∇f at point i, summed in float64 in the order of the points; a weight of 0 leaves a point out, whatever its gradient.
 * Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function weightedGradient(
  question: Question,
  weights: readonly number[],
): Promise<Gathered & { readonly sum: Float64Array }> {
  const sum = zeros(question);
  const gathered = await eachGradient(question, weights, (weight, gradient) => {
    for (let index = 0; index < sum.length; index++) sum[index]! += weight * gradient[index]!;
  });
  return { ...gathered, sum };
}

/** Mean and variance (that of the points, not an estimate of others: Σ w (g − mean)² / Σ w), each of the image's shape. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Moments of the gradients ∇f at the points, or of x ∘ ∇f(x) with `timesInput`, by their weights (a weight of 0 leaves a point out);
 * in float64, updated point by point (West 1979), so that equal gradients have a variance of exactly 0.
 * Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function gradientMoments(
  question: Question,
  weights: readonly number[],
  { timesInput }: { readonly timesInput: boolean },
): Promise<Gathered & Moments> {
  const [mean, squares] = [zeros(question), zeros(question)];
  let total = 0;
  const gathered = await eachGradient(question, weights, (weight, gradient, pixels) => {
    total += weight;
    const share = weight / total;
    for (let index = 0; index < mean.length; index++) {
      const value = timesInput ? gradient[index]! * pixels[index]! : gradient[index]!;
      const difference = value - mean[index]!;
      mean[index]! += share * difference;
      squares[index]! += weight * difference * (value - mean[index]!);
    }
  });
  return { ...gathered, mean, variance: squares.map((sum) => sum / total) };
}

function zeros({ points }: Question): Float64Array {
  const { height, width, channels } = shapeOfPoints(points[0]);
  return new Float64Array(height * width * channels);
}

/** Calls `take` with each point of weight, its gradient and its pixels, which are valid until it returns. */
async function eachGradient(
  { classifier, points, objective, context, chunk }: Question,
  weights: readonly number[],
  take: (weight: number, gradient: Float32Array, pixels: Float32Array) => void,
): Promise<Gathered> {
  const values: number[] = [];
  let scores: Scores | undefined;
  const use = async (batch: ImageBatch, start: number): Promise<void> => {
    const result = await classifier.gradient(batch, [objective]);
    scores ??= firstOf(result.scores);
    values.push(...result.values);
    const length = batch.data.length / batch.count;
    for (let place = 0; place < batch.count; place++) {
      const weight = weights[start + place]!;
      if (weight === 0) continue;
      const [from, to] = [place * length, (place + 1) * length];
      take(weight, result.gradient.subarray(from, to), batch.data.subarray(from, to));
    }
  };
  await eachChunk(points, classifier.info, context, use, chunk);
  return { scores: scores!, values };
}

function firstOf({ logits, probabilities, classes }: Scores): Scores {
  return { logits: logits.slice(0, classes), probabilities: probabilities.slice(0, classes), count: 1, classes };
}
