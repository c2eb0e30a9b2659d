import { randomBytes } from 'node:crypto';
import type { CheckpointMethod } from '../../core/attribution/training/checkpoint';
import { UserError } from '../../core/errors';
import { rankClasses } from '../../core/result/classes';
import { resultId } from '../../core/result/id';
import type { AttributionRecord } from '../../core/result/kinds/attribution';
import { RECORD_VERSION, TOP_CLASSES } from '../../core/result/record';
import { mapStatistics } from '../../core/result/statistics';
import type { AttributeRequest, AttributionResult, Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';
import { classLeft, knownLabel, userLabel } from './labels';
import { overCheckpoints } from './overCheckpoints';
import type { RunCaches } from './run';
import { modelFacts } from './run';

/**
 * The map of a method that needs checkpoints, for the loss of the true label: the given one, else the chosen class, else the file's or
 * folder's name. The record's model, scores and objective are those of the last checkpoint. Throws `UserError('unknown-class')` where
 * nothing says the label, `UserError('parameter')` for another objective than the loss.
 */
export async function attributeOverCheckpoints(
  { images, memory }: Pick<RunCaches, 'images' | 'memory'>,
  method: CheckpointMethod,
  request: AttributeRequest,
  job: Job | undefined,
): Promise<AttributionResult> {
  const started = performance.now();
  const { loadClassifier: load } = await import('../../runtime/loadClassifier');
  refuseOtherObjectives(request);
  const labelAmong = (classes: readonly string[]) => {
    const label = knownLabel(request.label ?? request.class, request.image.path, classes);
    if (label !== undefined) return label;
    throw new UserError(
      'unknown-class',
      `The true label of the image is not known, and ${method.id} differentiates its loss.`,
      'Say which class it is.',
    );
  };
  const over = await overCheckpoints(method, { ...request, labelAmong }, { images, load, memory }, job);
  const { map, label, parameters, prepared, warnings } = over;
  const last = over.visited.at(-1)!;
  const { info } = last;
  const chosen = request.class === undefined ? undefined : userLabel(request.class, info.classes);
  const created = new Date().toISOString();
  const record: AttributionRecord = {
    kind: 'attribution',
    version: RECORD_VERSION,
    id: resultId(created, randomBytes(4)),
    created,
    image: prepared.facts,
    model: modelFacts(last),
    classes: rankClasses(last.scores, 0, info.classes, { top: TOP_CLASSES, always: [label.index] }),
    label,
    method: method.id,
    parameters,
    objective: { kind: 'cross-entropy', classIndex: label.index, className: label.name, value: last.loss },
    statistics: mapStatistics(map),
    seed: request.seed ?? DEFAULT_SEED,
    timings: { model: 0, image: 0, compute: performance.now() - started },
    warnings: [...new Set([...warnings, ...info.warnings, ...classLeft(label, chosen)])],
    training: { folder: request.model.path, checkpoints: over.facts },
  };
  return { record, map, input: prepared.input, picture: prepared.picture, classNames: info.classes };
}

/** What is summed is the loss: another objective would be recorded and not be looked at. */
function refuseOtherObjectives({ method, objective = 'cross-entropy', against }: AttributeRequest): void {
  if (against === undefined && objective === 'cross-entropy') return;
  const asked = against === undefined ? `the ${objective}` : 'a difference of logits';
  throw new UserError(
    'parameter',
    `${method} adds up the gradient of the loss, not of ${asked}.`,
    'Leave the objective and the class to compare with out.',
  );
}
