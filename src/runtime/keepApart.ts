import type { ImageBatch } from '../core/image/pixels';
import type { Classifier, Gradients, Objective, Scores } from '../core/model/classifier';
import { objectivesEach } from '../core/model/objectives';
import { imagesOf, joinScores, nextTurn } from './batches';

/** Logits of a picture alone and among others, relative to the largest: another order of sums makes no more of a difference. */
const SAME = 1e-4;

/**
 * A classifier of which no picture of a batch influences another. `mayRunTogether` is asked once, before the first batch of several,
 * what the network's structure says; then two different pictures of that batch are run alone as well. Where either finds that
 * pictures influence one another, or several cannot be run at all, pictures run one by one from then on.
 */
export function keepApart(classifier: Classifier, mayRunTogether: () => boolean): Classifier {
  let together: boolean | undefined;

  /** `run` on all at once if that is right, else `alone`. */
  const guarded = async <T>(
    images: ImageBatch,
    run: () => Promise<T>,
    scoresOf: (result: T) => Scores,
    alone: () => Promise<T>,
  ): Promise<T> => {
    if (images.count === 1 || together === true) return run();
    if (together === undefined && !mayRunTogether()) together = false;
    if (together === false) return alone();
    let result: T;
    try {
      result = await run();
    } catch (error) {
      const rescued = await alone().catch(() => undefined);
      if (rescued === undefined) throw error;
      together = false;
      return rescued;
    }
    const verdict = await influence(classifier, images, scoresOf(result));
    if (verdict === undefined) return result;
    together = verdict;
    return together ? result : alone();
  };

  return {
    info: classifier.info,
    predict: (images) =>
      guarded(
        images,
        () => classifier.predict(images),
        (scores) => scores,
        () => predictAlone(classifier, images),
      ),
    gradient: async (images, objectives, options) => {
      // Where layers are asked for, or several objectives of a picture, pictures run one by one, or as many at once as the file fixes.
      if (options?.at !== undefined || objectivesEach(objectives, images.count) > 1)
        return classifier.gradient(images, objectives, options);
      return guarded(
        images,
        () => classifier.gradient(images, objectives),
        ({ scores }) => scores,
        () => gradientAlone(classifier, images, objectives),
      );
    },
    variant: (change) => classifier.variant(change),
    runsAlone: () => together === false,
    dispose: () => classifier.dispose(),
  };
}

/** True: two different pictures score alone as they do among the others; undefined: all are alike, so nothing can be told. */
async function influence(
  classifier: Classifier,
  images: ImageBatch,
  { logits, classes }: Scores,
): Promise<boolean | undefined> {
  const first = imagesOf(images, 0, 1);
  let other = images.count - 1;
  while (other > 0 && sameNumbers(imagesOf(images, other, 1).data, first.data)) other--;
  if (other === 0) return undefined;
  for (const index of [0, other]) {
    const alone = (await classifier.predict(imagesOf(images, index, 1))).logits;
    const row = logits.subarray(index * classes, (index + 1) * classes);
    const scale = Math.max(...alone.map(Math.abs));
    if (!alone.every((value, at) => Object.is(value, row[at]) || Math.abs(value - row[at]!) <= SAME * scale))
      return false;
  }
  return true;
}

function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => value === b[index]);
}

async function predictAlone(classifier: Classifier, images: ImageBatch): Promise<Scores> {
  const parts: Scores[] = [];
  for (let index = 0; index < images.count; index++) {
    if (index > 0) await nextTurn();
    parts.push(await classifier.predict(imagesOf(images, index, 1)));
  }
  return joinScores(parts, classifier.info.output.classes);
}

async function gradientAlone(
  classifier: Classifier,
  images: ImageBatch,
  objectives: readonly Objective[],
): Promise<Gradients> {
  const gradient = new Float32Array(images.data.length);
  const values = new Float32Array(images.count);
  const parts: Scores[] = [];
  for (let index = 0; index < images.count; index++) {
    if (index > 0) await nextTurn();
    const own = [objectives[objectives.length === 1 ? 0 : index]!];
    const one = await classifier.gradient(imagesOf(images, index, 1), own);
    gradient.set(one.gradient, index * one.gradient.length);
    values[index] = one.values[0]!;
    parts.push(one.scores);
  }
  return { scores: joinScores(parts, classifier.info.output.classes), values, gradient };
}
