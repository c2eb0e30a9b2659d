import { countOf } from '../countOf';
import type { ImageBatch, PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import type { Classifier } from '../model/classifier';
import type { ModelInfo } from '../model/modelInfo';
import type { CheckItem } from '../result/modelCheck';
import { checkItem, percent, short } from './checkItem';
import { relativeDifference } from './compare';

/** The logits of each picture, each run alone. */
export type LogitRows = readonly Float32Array[];

/** Two runs of the same numbers differ by less, though threads add them up in another order. */
const SAME_RUN = 1e-5;
/** Another batch size is another order of summation all through the network. */
const SAME_PICTURE = 1e-4;

/** The logits of each picture, each run alone. Throws what `predict` throws. */
export async function runAlone(classifier: Classifier, pictures: readonly PixelImage[]): Promise<LogitRows> {
  const rows: Float32Array[] = [];
  for (const picture of pictures) rows.push((await classifier.predict(batchOf(picture))).logits);
  return rows;
}

/** Are all scores finite numbers? */
export function checkRuns(rows: LogitRows): CheckItem {
  const all = flat(rows);
  const nonFinite = all.filter((value) => !Number.isFinite(value)).length;
  const numbers = { pictures: rows.length, scores: all.length, nonFinite };
  return nonFinite > 0
    ? checkItem('runs', 'failed', `${nonFinite} of ${countOf(all.length, 'score')} are not finite numbers.`, numbers)
    : checkItem('runs', 'passed', `The scores of ${countOf(rows.length, 'picture')} are finite numbers.`, numbers);
}

/** Are the logits the same when the same pictures are run again? max |Δ| ≤ 1e-5 · max |logit|. */
export async function checkDeterministic(
  classifier: Classifier,
  pictures: readonly PixelImage[],
  rows: LogitRows,
): Promise<CheckItem> {
  const difference = relativeDifference(flat(rows), flat(await runAlone(classifier, pictures)));
  const numbers = { relativeDifference: difference };
  if (difference <= SAME_RUN) {
    const exactly =
      difference === 0 ? 'exactly the same scores' : `the same scores up to rounding (${percent(difference)})`;
    return checkItem('deterministic', 'passed', `A second run gives ${exactly}.`, numbers);
  }
  return checkItem(
    'deterministic',
    'warning',
    `A second run gives other scores (by ${percent(difference)}): the model draws random numbers, so results cannot be repeated; export it for inference, without dropout or noise.`,
    numbers,
  );
}

/** Are a picture's logits the same alone and among others? max |Δ| ≤ 1e-4 · max |logit|. */
export async function checkBatch(
  classifier: Classifier,
  pictures: readonly [PixelImage, ...PixelImage[]],
  rows: LogitRows,
): Promise<CheckItem> {
  const { logits } = await classifier.predict(stack(pictures));
  const difference = relativeDifference(flat(rows), logits);
  const numbers = { relativeDifference: difference, batch: pictures.length };
  if (difference <= SAME_PICTURE && classifier.runsAlone?.() === true)
    return checkItem(
      'batch',
      'passed',
      `Pictures run one by one, because together they influence one another or do not fit the file: a picture has the same scores alone and among ${pictures.length}.`,
      numbers,
    );
  return difference <= SAME_PICTURE
    ? checkItem('batch', 'passed', `A picture has the same scores alone and among ${pictures.length}.`, numbers)
    : checkItem(
        'batch',
        'warning',
        `A picture's scores depend on the pictures beside it (by ${percent(difference)}), as with batch normalisation in training mode: methods that run batches mean little; export the model for inference.`,
        numbers,
      );
}

/** Does the model give logits, or what only looks like them? */
export function checkLogits({ output }: ModelInfo, rows: LogitRows): CheckItem {
  const all = flat(rows);
  const smallest = all.reduce((a, b) => Math.min(a, b), Infinity);
  const largest = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const numbers = { smallest, largest };
  if (output.activation === 'probabilities' || output.activation === 'independent-probabilities') {
    const shown = output.activation === 'probabilities' && output.classes > 2 ? 'logarithms' : 'logarithms or log-odds';
    return checkItem(
      'logits',
      'warning',
      `The model gives probabilities instead of logits and its last operation cannot be taken off: the logits shown are ${shown} of probabilities, and where the model is sure its gradient drowns in rounding.`,
      numbers,
    );
  }
  if (output.activation !== 'logits')
    return checkItem(
      'logits',
      'passed',
      `The final ${output.activation} was taken off: the logits are exact.`,
      numbers,
    );
  if (smallest >= 0 && largest <= 1)
    return checkItem(
      'logits',
      'warning',
      `All scores lie between ${short(smallest)} and ${short(largest)}: they may be probabilities that are taken for logits.`,
      numbers,
    );
  return checkItem(
    'logits',
    'passed',
    `The model gives logits, here from ${short(smallest)} to ${short(largest)}.`,
    numbers,
  );
}

function flat(rows: LogitRows): number[] {
  return rows.flatMap((row) => [...row]);
}

function stack(pictures: readonly [PixelImage, ...PixelImage[]]): ImageBatch {
  const [{ height, width, channels, data: first }] = pictures;
  const data = new Float32Array(first.length * pictures.length);
  pictures.forEach((picture, index) => data.set(picture.data, index * first.length));
  return { data, count: pictures.length, height, width, channels };
}
