import type { ImageBatch } from '../../image/pixels';
import type { Classifier, Objective, Scores } from '../../model/classifier';
import { objectiveValues } from '../../model/objectives';
import type { MethodContext } from '../context';
import { eachChunk } from './chunks';
import { countPoints, type Points } from './points';

/** Points of one of several images, and what is wanted at them. */
export interface Asked {
  readonly points: Points;
  readonly objective: Objective;
  /** A number that is made of a point's pixels, which are valid until it returns. */
  readonly measure?: (pixels: Float32Array) => number;
}

export interface Answer {
  /** The objective at each point. */
  readonly values: readonly number[];
  /** What `measure` made of each point; empty without it. */
  readonly measures: readonly number[];
}

interface SetQuestion {
  readonly classifier: Classifier;
  readonly context: Omit<MethodContext, 'seed'>;
  /** Points a call, for tests; absent: as many as suit engine and memory. */
  readonly chunk?: number;
}

/**
 * The values of several objectives, each at points of its own, an answer for each of `asked`, in their order: all points go to the
 * model together, whosever they are. Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function valuesOfSet(
  { classifier, context, chunk }: SetQuestion,
  asked: readonly Asked[],
): Promise<readonly Answer[]> {
  const answers = asked.map(() => ({ values: [] as number[], measures: [] as number[] }));
  const owners = asked.flatMap(({ points }, index) => new Array<number>(countPoints(points)).fill(index));
  const use = async (batch: ImageBatch, start: number): Promise<void> => {
    const scores = await classifier.predict(batch);
    const length = batch.data.length / batch.count;
    for (let place = 0; place < batch.count; place++) {
      const owner = owners[start + place]!;
      const { objective, measure } = asked[owner]!;
      const [value] = objectiveValues(rowOf(scores, place), objective, classifier.info.output);
      answers[owner]!.values.push(value!);
      if (measure) answers[owner]!.measures.push(measure(batch.data.subarray(place * length, (place + 1) * length)));
    }
  };
  const parts = asked.map(({ points }) => points);
  if (isFilled(parts)) await eachChunk(parts, classifier.info, context, use, chunk);
  return answers;
}

function isFilled<T>(items: readonly T[]): items is readonly [T, ...T[]] {
  return items.length > 0;
}

function rowOf({ logits, probabilities, classes }: Scores, row: number): Scores {
  const [from, to] = [row * classes, (row + 1) * classes];
  return { logits: logits.subarray(from, to), probabilities: probabilities.subarray(from, to), count: 1, classes };
}
