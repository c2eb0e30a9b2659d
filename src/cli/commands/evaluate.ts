import path from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../core/errors';
import { CONTROL_IDS, type Measurement } from '../../core/result/measurement';
import { type MetricSummary, summariseMeasurements } from '../../core/result/measurementSummary';
import { metrics as allMetrics } from '../../core/metric/registry';
import { objectiveWords } from '../../core/result/objectiveWords';
import type { AttributionRecord } from '../../core/result/kinds/attribution';
import { CONTROL_NAMES, verdictWords } from '../../core/result/verdict';
import type { Job, MetricRequest } from '../../engine/calls/service';
import type { AttributionOptions } from '../attributionOptions';
import { addAttributionOptions, attributionRequest } from '../attributionOptions';
import type { ImageOutcome } from '../eachImage';
import { eachImage, failureDocument } from '../eachImage';
import { addCommonOptions, addModelOption, addParameterOption, addTopOption, collect } from '../options';
import { picturesOf } from '../pictures';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts, formatNumber, formatTable } from '../table';
import { describeImage, describeParameters } from '../words';

interface EvaluateOptions extends AttributionOptions {
  readonly metrics?: string;
  readonly metricParam?: readonly string[];
}

type Outcome = ImageOutcome<AttributionRecord>;

/** `evaluate`: whether a map can be believed, by metrics that stand beside those of maps that explain nothing. */
export function addEvaluateCommand(program: Command, session: Session): void {
  const described = program
    .command('evaluate')
    .description('measure the maps of a method, beside a random map and an edge detector')
    .argument('<image...>', 'picture files, .npy files of pixels, or folders of them');
  addAttributionOptions(addTopOption(addParameterOption(addModelOption(addCommonOptions(described)))))
    .option('--metrics <ids>', 'metrics, separated by commas (default: all)')
    .option('--metric-param <metric.key=value>', 'parameter of a metric, repeatable', collect)
    .action((images: string[], options: EvaluateOptions) => run(session, images, options));
}

async function run(session: Session, named: readonly string[], options: EvaluateOptions): Promise<void> {
  const metrics = metricRequests(options);
  const { files, isOne } = await picturesOf(named);
  const outcomes = await eachImage(session, files, async (image, index) => {
    const request = { ...attributionRequest(image, options), ...(metrics && { metrics }) };
    return (await session.service.evaluate(request, jobOf(session.job, index, files.length))).record;
  });
  for (const warning of new Set(outcomes.flatMap(warningsOf))) warn(warning);
  if (options.json) writeJson(session, documentOf(outcomes, isOne, options.top));
  else session.write(isOne ? outcomes.map(describe).join('') : describeAll(outcomes));
}

/** Progress of one of several images as that of all. */
function jobOf({ progress, ...job }: Job, index: number, count: number): Job {
  return {
    ...job,
    progress: ({ stage, done, total }) =>
      progress?.(
        stage === 'compute' ? { stage, done: index * total + done, total: count * total } : { stage, done, total },
      ),
  };
}

/** Throws `UserError('usage')` for a parameter of a metric that is not asked for, or that has no value. */
function metricRequests({ metrics, metricParam = [] }: EvaluateOptions): readonly MetricRequest[] | undefined {
  const given = new Map<string, Record<string, string>>();
  for (const text of metricParam) {
    const [, id, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/.exec(text) ?? [];
    if (id === undefined || key === undefined)
      throw new UserError(
        'usage',
        `"${text}" is no parameter of a metric.`,
        'Write --metric-param metric.name=value, such as --metric-param deletion.steps=50.',
      );
    given.set(id, { ...given.get(id), [key]: value ?? '' });
  }
  if (metrics === undefined && given.size === 0) return undefined;
  const asked =
    metrics === undefined ? allMetrics.map(({ id }) => id) : [...new Set(metrics.split(',').map((id) => id.trim()))];
  const other = [...given.keys()].find((id) => !asked.includes(id));
  if (other !== undefined)
    throw new UserError(
      'usage',
      `"${other}" is not among the metrics, so its parameters have no use.`,
      `The metrics are: ${asked.join(', ')}.`,
    );
  return asked.map((id) => ({ id, parameters: given.get(id) ?? {} }));
}

function warningsOf(outcome: Outcome): readonly string[] {
  if ('error' in outcome) return [];
  const { warnings, measurements = [] } = outcome.result;
  return [...warnings, ...measurements.flatMap((found) => found.warnings.map((text) => `${found.metric}: ${text}`))];
}

/** One image: its document; several, or a folder: `{ kind: 'evaluations', summary, results }`, a document each in their order. */
function documentOf(outcomes: readonly Outcome[], isOne: boolean, top: number) {
  const results = outcomes.map((outcome) =>
    'error' in outcome ? failureDocument(outcome) : recordDocument(outcome.result, top),
  );
  if (isOne) return results[0];
  return { kind: 'evaluations', summary: summariseMeasurements(measurementsOf(outcomes)), results };
}

function recordDocument(record: AttributionRecord, top: number) {
  const { objective, model, measurements = [] } = record;
  return {
    ...record,
    kind: 'evaluation',
    engine: model.engine,
    classes: record.classes.filter(({ index }, rank) => rank < top || index === objective.classIndex),
    measurements: measurements.map((found) => ({ ...found, verdict: verdictWords(found) })),
  };
}

function measurementsOf(outcomes: readonly Outcome[]): readonly (readonly Measurement[])[] {
  return outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome.result.measurements ?? []]));
}

function describe(outcome: Outcome): string {
  if ('error' in outcome) return '';
  const { result } = outcome;
  return `${describeImage(result)}${describeMethod(result)}\n${metricTable(result.measurements ?? [])}`;
}

function describeMethod({ method, parameters, objective }: AttributionRecord): string {
  return formatFacts([
    ['method', `${method}${describeParameters(parameters)}`],
    ['objective', `${objectiveWords(objective)} = ${formatNumber(objective.value)}`],
  ]);
}

const CONTROL_HEADS = CONTROL_IDS.map((id) => CONTROL_NAMES[id]);

function metricTable(measurements: readonly Measurement[]): string {
  const head = ['metric', 'value', ...CONTROL_HEADS, 'better', ''];
  const rows = measurements.map((found) => [
    found.metric,
    formatNumber(found.value),
    ...found.controls.map(({ value }) => formatNumber(value)),
    found.better,
    verdictWords(found),
  ]);
  return formatTable([head, ...rows], [1, 2, 3]);
}

/** A line for each image, then means over them. */
function describeAll(outcomes: readonly Outcome[]): string {
  const summary = summariseMeasurements(measurementsOf(outcomes));
  const [first] = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome.result]));
  if (first === undefined) return '';
  const lines = outcomes.map((outcome) => [
    path.basename(outcome.image),
    ...('error' in outcome
      ? ['failed']
      : [
          outcome.result.objective.className,
          ...(outcome.result.measurements ?? []).map(({ value }) => formatNumber(value)),
        ]),
  ]);
  const head = ['image', 'class', ...summary.map(({ metric }) => metric)];
  const numbers = summary.map((_, index) => index + 2);
  return [
    formatFacts([
      ['model', first.model.name],
      ['method', `${first.method}${describeParameters(first.parameters)}`],
    ]),
    formatTable([head, ...lines], numbers),
    formatTable(summaryRows(summary), [1, 2, 3, 4]),
  ].join('\n');
}

function summaryRows(summary: readonly MetricSummary[]): readonly (readonly string[])[] {
  return [
    ['metric', 'mean', 'spread', ...CONTROL_HEADS, 'better', 'beats them on'],
    ...summary.map(({ metric, mean, deviation, better, controls, images }) => [
      metric,
      formatNumber(mean),
      Number.isNaN(deviation) ? '' : formatNumber(deviation),
      ...controls.map((control) => formatNumber(control.mean)),
      better,
      `${controls.map(({ beaten }) => beaten).join(' and ')} of ${images}`,
    ]),
  ];
}
