import { randomBytes } from 'node:crypto';
import { findAttributionMethod } from '../../core/attribution/registry';
import { resolveParameters } from '../../core/method/parameters';
import type { Objective } from '../../core/model/classifier';
import { spatialLayers } from '../../core/model/layers';
import { rankClasses } from '../../core/result/classes';
import { resultId } from '../../core/result/id';
import type { AttributionRecord, LabelFacts } from '../../core/result/record';
import { RECORD_VERSION, TOP_CLASSES } from '../../core/result/record';
import { mapStatistics } from '../../core/result/statistics';
import { knownLabel, predictedLabel, userLabel } from './labels';
import type { Run, RunCaches } from './run';
import { modelFacts, withRun } from './run';
import type { AttributeRequest, AttributionResult, Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';

/**
 * The raw map of one method for one class (the predicted one unless chosen; objective: its logit) and the record of it.
 * Cross-entropy takes the true label: the given one, else the chosen class, else the file's or folder's name, else the prediction.
 */
export function attribute(
  caches: RunCaches,
  request: AttributeRequest,
  job: Job | undefined,
): Promise<AttributionResult> {
  const method = findAttributionMethod(request.method);
  const parameters = resolveParameters(method.parameters, request.parameters ?? {});
  const seed = request.seed ?? DEFAULT_SEED;
  return withRun(caches, request, job, async (run) => {
    const { classifier, input, facts, picture } = run;
    const { objective, label, warnings } = chooseObjective(request, run);
    const attribution = await method.run(classifier, input, objective, parameters, run.context(seed));
    const classIndex = objectiveClass(objective);
    const { classes: classNames } = classifier.info;
    const created = new Date().toISOString();
    const record: AttributionRecord = {
      kind: 'attribution',
      version: RECORD_VERSION,
      id: resultId(created, randomBytes(4)),
      created,
      image: facts,
      model: modelFacts(classifier),
      classes: rankClasses(attribution.scores, 0, classNames, {
        top: TOP_CLASSES,
        always: label === undefined ? [classIndex] : [classIndex, label.index],
      }),
      ...(label === undefined ? {} : { label }),
      method: method.id,
      parameters: { ...parameters, ...attribution.chosen },
      objective: {
        kind: objective.kind,
        classIndex,
        className: classNames[classIndex] ?? String(classIndex),
        value: attribution.value,
      },
      ...(attribution.delta === undefined ? {} : { delta: attribution.delta }),
      statistics: mapStatistics(attribution.map),
      ...(attribution.layer && { layer: attribution.layer }),
      seed,
      timings: run.timings(),
      warnings: [...classifier.info.warnings, ...run.warnings, ...warnings, ...attribution.warnings],
    };
    const layers = attribution.layer && spatialLayers(classifier.info.layers ?? []).map(({ id }) => id);
    return { record, map: attribution.map, input, picture, classNames, ...(layers && { layers }) };
  });
}

interface ChosenObjective {
  readonly objective: Objective;
  readonly label: LabelFacts | undefined;
  readonly warnings: readonly string[];
}

function chooseObjective(request: AttributeRequest, { classifier, predicted }: Run): ChosenObjective {
  const { classes } = classifier.info;
  const kind = request.objective ?? 'logit';
  const chosen = request.class === undefined ? undefined : userLabel(request.class, classes);
  const label = knownLabel(request.label, request.image.path, classes);
  if (kind !== 'cross-entropy')
    return { objective: { kind, classIndex: (chosen ?? predicted).index }, label, warnings: [] };
  const given = request.label === undefined ? chosen : undefined;
  const used = given ?? label ?? predictedLabel(predicted);
  const warnings =
    used.source === 'prediction'
      ? [`The true label is not known; the cross-entropy is that of the predicted class "${used.name}".`]
      : [];
  return { objective: { kind, label: used.index }, label: used, warnings };
}

function objectiveClass(objective: Objective): number {
  return objective.kind === 'cross-entropy' ? objective.label : objective.classIndex;
}
