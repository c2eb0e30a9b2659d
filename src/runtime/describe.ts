import { countOf } from '../core/countOf';
import { UserError } from '../core/errors';
import type { ModelDescription } from '../formats/descriptions/description';
import { hashModel } from '../formats/models/hash';
import { nameFromPath } from '../core/model/nameFromPath';
import { completeNames } from '../formats/labels/labels';
import { MODEL_LIMITS } from '../core/model/limits';
import type { EngineId, ModelInfo, ModelReference, OperatorCounts } from '../core/model/modelInfo';
import type { ResolvedInput } from '../core/model/modelInput';
import type { ScoreRule } from '../core/model/objectives';
import type { ScoreBounds } from '../core/graph/inspect/scoreBounds';
import { boundsWarnings, isWithinUnit } from './boundedScores';
import type { ModelFiles } from './modelFiles';
import { listCounts } from './operators';
import type { NetworkScores, Probe } from './probe';
import { areShares, inUnitRange, wholeOf } from './probe';
import { softmaxOfOne } from './softmaxOfOne';

/** What an engine found when it built a model. */
export interface NetworkFacts extends NetworkScores {
  /** Between which numbers the structure keeps the scores. */
  readonly bounds?: ScoreBounds | undefined;
  readonly parameters: number;
  readonly operators: OperatorCounts;
  readonly derivative?: NonNullable<ModelInfo['derivative']>;
  /** Name of an array of weights that holds NaN or infinity. */
  readonly damagedWeight: string | undefined;
  readonly warnings: readonly string[];
}

/** Brings together all that is known of a model. Throws `UserError` `model-unsupported`, `model-spec`. */
export function describeModel<Engine extends EngineId>(
  files: ModelFiles,
  reference: ModelReference,
  { engine, reason }: { readonly engine: Engine; readonly reason: string },
  network: NetworkFacts,
  { input, warnings: inputWarnings }: ResolvedInput,
  probe: Probe,
): { readonly info: ModelInfo & { readonly engine: Engine }; readonly rule: ScoreRule } {
  const { file, format, description: given } = files;
  const warnings = [...inputWarnings, ...given.warnings, ...network.warnings];
  const reading = readOutput(network, probe, warnings);
  const { activation, binary } = reading;
  const classes = binary ? 2 : probe.outputs;
  const description = withFittingLabels(given, classes, binary, warnings);
  const names = nameClasses(description, classes, binary, warnings);
  if (network.damagedWeight !== undefined) {
    warnings.push(`Weights of the model are not finite numbers (“${network.damagedWeight}”); its scores mean nothing.`);
  } else if (!probe.raw.every(Number.isFinite)) {
    warnings.push('The model puts out numbers that are not finite for a test picture.');
  }
  if (probe.isRandom === true) warnings.push(drawnWarning(network.operators));
  const shards = 'weights' in files ? files.weights.shards : [];
  const info = {
    name: reference.name ?? description.spec.name ?? nameFromPath(file),
    path: file,
    format,
    hash: hashModel([files.bytes, ...shards], input, names),
    engine,
    engineReason: reason,
    input,
    classes: names,
    classSource: description.labels.length > 0 ? description.labelSource : 'numbered',
    parameters: network.parameters,
    output: { activation, classes, ...(binary && activation !== 'sigmoid' && { oneNumber: true as const }) },
    operators: network.operators,
    ...(network.derivative && { derivative: network.derivative }),
    warnings,
  };
  return { info, rule: { ...reading, outputs: probe.outputs } };
}

/** Structure decides first, the values of several pictures second; what they leave open is said. */
function readOutput(
  { activation, values, whole: factor = 1, bounds }: Pick<NetworkFacts, 'activation' | 'values' | 'whole' | 'bounds'>,
  probe: Probe,
  warnings: string[],
): Omit<ScoreRule, 'outputs'> {
  if (probe.outputs > MODEL_LIMITS.classes || probe.outputs < 1) {
    throw new UserError('model-unsupported', `The model has ${probe.outputs} outputs.`, 'Choose an image classifier.');
  }
  const binary = probe.outputs === 1;
  if (activation === 'softmax' && binary) throw softmaxOfOne();
  if (activation !== 'logits') return { activation, binary };
  const isUnit = inUnitRange(probe.raw);
  const pictures = `${probe.count} test ${probe.count === 1 ? 'picture' : 'pictures'}`;
  const isMade = values === 'unit' || (bounds !== undefined && isWithinUnit(bounds));
  if (isMade || (isUnit && values === 'unknown' && bounds === undefined)) {
    const shared = binary || areShares(probe, factor);
    const each = binary
      ? 'the probability of the second of two classes'
      : shared
        ? 'probabilities'
        : 'probabilities that each stand for themselves';
    const what = isMade
      ? `The model's last operations make ${factor === 1 ? '' : `${short(factor)} times `}${each}, but its softmax or sigmoid could not be taken off`
      : `The scores of ${pictures} lie between 0 and 1, so they are read as ${each}`;
    const logits = binary || !shared ? 'log-odds' : 'logarithms';
    warnings.push(`${what}: logits are ${logits} of probabilities.`);
    return { activation: shared ? 'probabilities' : 'independent-probabilities', binary, whole: factor };
  }
  const whole = values === 'unknown' ? wholeOf(probe) : undefined;
  if (whole !== undefined) {
    const sum = short(whole);
    const what = whole === 100 ? 'percentages' : `probabilities times ${sum}`;
    warnings.push(
      `The scores of ${pictures} are never negative and always sum to ${probe.raw.every(Number.isInteger) ? `about ${sum}` : sum}, so they are read as ${what}: logits are logarithms of probabilities.`,
    );
    return { activation: 'probabilities', binary, whole };
  }
  warnings.push(...boundsWarnings(bounds, probe.outputs));
  if (isUnit && bounds === undefined)
    warnings.push(
      `The scores of ${pictures} all lie between 0 and 1; they are taken for logits, because the model ends in a weighted sum.`,
    );
  else if (values === 'unknown' && !binary && probe.raw.every((value) => value >= 0))
    warnings.push(
      `The scores of ${pictures} are never negative and the model's last operations do not tell what they are; they are taken for logits.`,
    );
  if (binary) warnings.push('The model puts out one number, which is read as the logit of the second of two classes.');
  return { activation, binary };
}

/** Operators of ONNX and TensorFlow that draw random numbers in every run. */
export const DRAWING: ReadonlySet<string> = new Set([
  ...['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial'],
  ...['RandomStandardNormal', 'RandomUniformInt', 'TruncatedNormal'],
]);

function drawnWarning(counts: OperatorCounts): string {
  const found = Object.entries(counts).filter(([name]) => DRAWING.has(name));
  const by = found.length === 0 ? '' : ` (${listCounts(found)})`;
  return `The model draws random numbers${by}, so that it gives other scores for the same picture in every run and no result can be repeated; export it for inference, without dropout or noise.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Without labels that merely were found where their number is not that of the classes, which is said. */
function withFittingLabels(
  description: ModelDescription,
  count: number,
  binary: boolean,
  warnings: string[],
): ModelDescription {
  const { labels, labelSource, labelsAreFound } = description;
  if (labelsAreFound !== true || labels.length === count || (binary && labels.length === 1)) return description;
  warnings.push(
    `${labelSource} names ${countOf(labels.length, 'class', 'classes')}, but the model has ${count}: its names are left out.`,
  );
  return { ...description, labels: [], labelSource: 'numbered' };
}

function nameClasses(
  description: ModelDescription,
  count: number,
  binary: boolean,
  warnings: string[],
): readonly string[] {
  const { labels, labelSource, labelsOtherwise: otherwise, spec } = description;
  const listed = spec.classes?.length;
  if (labels === spec.classes && listed !== undefined && listed !== count && !(binary && listed === 1)) {
    throw new UserError(
      'model-spec',
      `${labelSource} lists ${countOf(listed, 'class', 'classes')}, but the model has ${count}.`,
      `List ${count} class names, or leave “classes” out.`,
    );
  }
  if (labels.length !== count && otherwise?.names.length === count) {
    warnings.push(...otherwise.warnings);
    return otherwise.names;
  }
  const completed = completeNames(labels, count, binary, labelSource);
  warnings.push(...completed.warnings);
  return completed.names;
}
