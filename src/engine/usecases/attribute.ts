import { randomBytes } from 'node:crypto';
import type { Attribution, AttributionMethod } from '../../core/attribution/method';
import { findAttributionMethod } from '../../core/attribution/registry';
import type { MethodContext } from '../../core/method/context';
import { type ParameterValues, resolveParameters } from '../../core/method/parameters';
import { UserError } from '../../core/errors';
import type { Objective, ObjectiveKind } from '../../core/model/classifier';
import { spatialLayers } from '../../core/model/layers';
import { rankClasses } from '../../core/result/classes';
import { resultId } from '../../core/result/id';
import type { AttributionRecord } from '../../core/result/kinds/attribution';
import type { LabelFacts, ObjectiveFacts } from '../../core/result/record';
import { RECORD_VERSION, TOP_CLASSES } from '../../core/result/record';
import { mapStatistics } from '../../core/result/statistics';
import { classLeft, knownLabel, predictedLabel, userLabel } from './labels';
import type { Run, RunCaches } from './run';
import { modelFacts, withRun } from './run';
import type { AttributeRequest, AttributionResult, Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';

/**
 * The raw map of one method for one class (the predicted one unless chosen; objective: its logit, less that of the class it is held
 * against) and the record of it.
 * Cross-entropy takes the true label: the given one, else the chosen class, else the file's or folder's name, else the prediction.
 */
export function attribute(
  caches: RunCaches,
  request: AttributeRequest,
  job: Job | undefined,
): Promise<AttributionResult> {
  const chosen = chooseMethod(request);
  return withRun(caches, request, job, (run) =>
    attributeImage(run, chooseObjective(request, run), chosen, run.context(chosen.seed), job?.partial),
  );
}

export interface ChosenMethod {
  readonly method: AttributionMethod;
  readonly parameters: ParameterValues;
  readonly seed: number;
}

/** Throws `UserError` for a method or a parameter that is not there. */
export function chooseMethod(request: Pick<AttributeRequest, 'method' | 'parameters' | 'seed'>): ChosenMethod {
  const method = findAttributionMethod(request.method);
  const parameters = resolveParameters(method.parameters, request.parameters ?? {});
  return { method, parameters, seed: request.seed ?? DEFAULT_SEED };
}

/** The map and the record of what was chosen; `partial` is told what there is while it is refined. */
export async function attributeImage(
  run: Run,
  chosen: ChosenObjective,
  { method, parameters, seed }: ChosenMethod,
  context: Omit<MethodContext, 'partial'>,
  partial?: Job['partial'],
): Promise<AttributionResult> {
  const { classifier, input } = run;
  const created = new Date().toISOString();
  const id = resultId(created, randomBytes(4));
  const told: Told = { run, chosen, seed, parameters, method: method.id, created, id };
  const { predictions, gradients } = method.cost(parameters, classifier.info.input);
  context.progress?.(0, predictions + gradients);
  const outcome = await method.run(classifier, input, chosen.objective, parameters, {
    ...context,
    ...(partial && {
      partial: (attribution: Attribution, stage: string) => partial(resultOf(attribution, told, stage)),
    }),
  });
  return resultOf(outcome, told);
}

/** What is known of a result before it is computed. */
interface Told {
  readonly run: Run;
  readonly chosen: ChosenObjective;
  readonly method: string;
  readonly parameters: ParameterValues;
  readonly seed: number;
  readonly id: string;
  readonly created: string;
}

/** `stage`: of an outcome that is still refined. */
function resultOf(attribution: Attribution, told: Told, stage?: string): AttributionResult {
  const { run, chosen, method, parameters, seed, id, created } = told;
  const { classifier, input, facts, picture } = run;
  const { explained, label, warnings } = chosen;
  const { classes: classNames } = classifier.info;
  const record: AttributionRecord = {
    kind: 'attribution',
    version: RECORD_VERSION,
    id,
    created,
    image: facts,
    model: modelFacts(classifier),
    classes: rankClasses(attribution.scores, 0, classNames, {
      top: TOP_CLASSES,
      always: [explained.classIndex, explained.against?.classIndex, label?.index].filter(
        (index) => index !== undefined,
      ),
    }),
    ...(label === undefined ? {} : { label }),
    method,
    parameters: { ...parameters, ...attribution.chosen },
    objective: { ...explained, value: attribution.value },
    ...(attribution.delta === undefined ? {} : { delta: attribution.delta }),
    statistics: mapStatistics(attribution.map),
    ...(stage !== undefined && { stage }),
    ...(attribution.layer && { layer: attribution.layer }),
    seed,
    timings: run.timings(),
    warnings: [...classifier.info.warnings, ...run.warnings, ...warnings, ...attribution.warnings],
  };
  const layers = attribution.layer && spatialLayers(classifier.info.layers ?? []).map(({ id }) => id);
  return { record, map: attribution.map, input, picture, classNames, ...(layers && { layers }) };
}

export interface ChosenObjective {
  readonly objective: Objective;
  readonly explained: Omit<ObjectiveFacts, 'value'>;
  readonly label: LabelFacts | undefined;
  readonly warnings: readonly string[];
}

/** Throws `UserError` for a class that is not there, or an objective that a class cannot be held against another one by. */
export function chooseObjective(request: AttributeRequest, { classifier, predicted }: Run): ChosenObjective {
  const { classes } = classifier.info;
  const kind = request.objective ?? 'logit';
  const chosen = request.class === undefined ? undefined : userLabel(request.class, classes);
  const label = knownLabel(request.label, request.image.path, classes);
  if (kind !== 'cross-entropy')
    return {
      ...ofClass(kind, chosen ?? predicted, rival(request, classes)),
      label,
      warnings: request.label === undefined ? [] : [onlyShown(kind, label!)],
    };
  if (request.against !== undefined) throw onlyLogits(kind);
  const given = request.label === undefined ? chosen : undefined;
  const used = given ?? label ?? predictedLabel(predicted);
  const warnings =
    used.source === 'prediction'
      ? [`The true label is not known; the cross-entropy is that of the predicted class "${used.name}".`]
      : [];
  const explained = { kind, classIndex: used.index, className: used.name };
  return {
    objective: { kind, label: used.index },
    explained,
    label: used,
    warnings: [...warnings, ...classLeft(used, chosen)],
  };
}

/** The objective of a class, or how far its logit is above that of another one. */
function ofClass(
  kind: Exclude<ObjectiveKind, 'cross-entropy'>,
  { index, name }: ClassName,
  other: ClassName | undefined,
): Pick<ChosenObjective, 'objective' | 'explained'> {
  const explained = { kind, classIndex: index, className: name };
  if (other === undefined) return { objective: { kind, classIndex: index }, explained };
  if (kind !== 'logit') throw onlyLogits(kind);
  if (other.index === index)
    throw new UserError(
      'parameter',
      `The class "${name}" cannot be explained against itself.`,
      'Choose another class to explain, or another one to hold it against.',
    );
  const weights = [
    { classIndex: index, weight: 1 },
    { classIndex: other.index, weight: -1 },
  ];
  const against = { classIndex: other.index, className: other.name };
  return { objective: { kind: 'combination', weights }, explained: { ...explained, kind: 'combination', against } };
}

function rival({ against }: AttributeRequest, classes: readonly string[]): ClassName | undefined {
  return against === undefined ? undefined : userLabel(against, classes);
}

/** Of a true class that was given where nothing depends on it. */
function onlyShown(kind: ObjectiveKind, { name }: ClassName): string {
  return `The true class "${name}" is noted and not looked at: the ${kind} is that of the class that is explained; choose the objective cross-entropy for the loss.`;
}

function onlyLogits(kind: ObjectiveKind): UserError {
  return new UserError(
    'parameter',
    `A class is held against another one by their logits, not by the ${kind}.`,
    'Leave the objective at logit.',
  );
}

type ClassName = Pick<LabelFacts, 'index' | 'name'>;
