import { throwIfCancelled, UserError } from '../errors';
import type { PixelImage } from '../image/pixels';
import type { MethodContext } from '../method/context';
import type { Classifier } from '../model/classifier';
import type { CheckId, CheckItem } from '../result/modelCheck';
import { checkItem } from './checkItem';
import { checkClassNames, checkOperators, checkPreprocessing } from './descriptionChecks';
import { checkDifferences } from './finiteDifferences';
import { checkBatch, checkDeterministic, checkLogits, checkRuns, runAlone, type LogitRows } from './forwardChecks';
import { checkGradient, probeGradients, type ProbedGradient } from './gradientChecks';
import { checkSecondEngine, type SecondOpinion } from './secondEngine';

/** Pictures that finite differences and a second, perhaps slow engine are tried on. */
const COSTLY_PICTURES = 2;
const STAGES = 7;

/**
 * Tries a model and says what to know before trusting its numbers: one item for each check, in the order of `CHECK_TITLES`; a check
 * that another one's outcome makes meaningless is skipped with the reason.
 *
 * `pictures`: pixel space, model resolution, at least one; `second` is called when a second opinion is wanted. Throws
 * `CancelledError`; a model that does not run or has no gradient is an outcome, not an error.
 */
export async function checkModel(
  classifier: Classifier,
  pictures: readonly [PixelImage, ...PixelImage[]],
  second: () => Promise<SecondOpinion>,
  context: Pick<MethodContext, 'signal' | 'progress'>,
): Promise<readonly CheckItem[]> {
  const { info } = classifier;
  let stage = 0;
  const next = (): void => {
    throwIfCancelled(context.signal);
    context.progress?.(stage++, STAGES);
  };
  const items: CheckItem[] = [checkPreprocessing(info), checkClassNames(info), checkOperators(info)];
  const skip = (why: string, ...ids: CheckId[]): void => {
    items.push(...ids.map((id) => checkItem(id, 'skipped', why)));
  };

  next();
  const rows = await attempt(() => runAlone(classifier, pictures));
  const runs = rows instanceof UserError ? checkItem('runs', 'failed', rows.message) : checkRuns(rows);
  items.push(runs);
  if (rows instanceof UserError || runs.status === 'failed') {
    const why = rows instanceof UserError ? 'The model does not run.' : 'The scores are not finite numbers.';
    skip(why, 'deterministic', 'batch', 'logits', 'gradient', 'finite-differences', 'second-engine');
    return items;
  }

  next();
  const deterministic = await checkDeterministic(classifier, pictures, rows);
  const repeatable = deterministic.status === 'passed';
  items.push(deterministic);
  next();
  if (repeatable) items.push(await checkBatch(classifier, pictures, rows));
  else skip(NOT_REPEATABLE, 'batch');
  items.push(checkLogits(info, rows));

  next();
  const probed = await attempt(() => probeGradients(classifier, pictures, rows));
  items.push(probed instanceof UserError ? withoutGradient(probed) : checkGradient(probed));
  next();
  if (!repeatable) skip(NOT_REPEATABLE, 'finite-differences');
  else if (probed instanceof UserError) skip('There is no gradient.', 'finite-differences');
  else items.push(await checkDifferences(classifier, forDifferences(probed, rows)));

  next();
  if (repeatable) items.push(await secondOpinion(classifier, second, pictures, rows, probed));
  else skip(NOT_REPEATABLE, 'second-engine');
  next();
  return items;
}

const NOT_REPEATABLE = 'Runs of the model differ, so there is nothing to compare.';

async function attempt<T>(work: () => Promise<T>): Promise<T | UserError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function withoutGradient({ message, hint }: UserError): CheckItem {
  return checkItem('gradient', 'failed', `${message} ${hint}`);
}

/** Of the first picture. A probability that underflows has no differences. */
function forDifferences(probed: readonly ProbedGradient[], rows: LogitRows): readonly ProbedGradient[] {
  const [first] = probed;
  const logits = rows[0]!;
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return probed.filter(
    ({ picture, objective }) =>
      picture === first?.picture && (objective.kind !== 'cross-entropy' || top - logits[objective.label]! < 60),
  );
}

async function secondOpinion(
  classifier: Classifier,
  second: () => Promise<SecondOpinion>,
  pictures: readonly PixelImage[],
  rows: LogitRows,
  probed: readonly ProbedGradient[] | UserError,
): Promise<CheckItem> {
  const opinion = await second();
  const few = pictures.slice(0, COSTLY_PICTURES);
  return checkSecondEngine(classifier, opinion, few, rows, !(probed instanceof UserError));
}
