import { UserError } from '../../core/errors';
import { checkpointMethods } from '../../core/attribution/registry';
import type { RawMap } from '../../core/image/pixels';
import type { Cost } from '../../core/method/description';
import type { MethodContext } from '../../core/method/context';
import { type ParameterValues, resolveParameters } from '../../core/method/parameters';
import type { Metric, MetricSubject } from '../../core/metric/metric';
import { findMetric, metrics } from '../../core/metric/registry';
import { MAPS_MEASURED, withControls } from '../../core/metric/withControls';
import type { Objective } from '../../core/model/classifier';
import type { Measurement } from '../../core/result/measurement';
import type { AttributionResult, EvaluateRequest, Job } from '../calls/service';
import { attributeImage, type ChosenMethod, chooseMethod, chooseObjective } from './attribute';
import { seedOf } from './imageSeed';
import type { Run, RunCaches } from './run';
import { withRun } from './run';

/**
 * The map of a method and, in its record, what metrics say of it, each beside controls that are computed on the spot.
 * Throws `UserError` as `attribute` does and 'unknown-method' for a metric that is not there, 'parameter' for a method of checkpoints.
 */
export function evaluate(
  caches: RunCaches,
  request: EvaluateRequest,
  job: Job | undefined,
): Promise<AttributionResult> {
  refuseCheckpointMethods(request.method);
  const chosen = chooseMethod(request);
  const wanted = chooseMetrics(request);
  return withRun(caches, request, job, async (run) => {
    const goal = chooseObjective(request, run);
    const [ofMethod, ...ofMetrics] = stagesOf(run, chosen, wanted);
    const result = await attributeImage(run, goal, chosen, ofMethod!, job?.partial);
    const subject = subjectOf(run, goal.objective, chosen, result.map);
    const measurements: Measurement[] = [];
    for (const [index, metric] of wanted.entries())
      measurements.push(await measure(metric, run, subject, ofMetrics[index]!));
    return { ...result, record: { ...result.record, measurements } };
  });
}

interface ChosenMetric {
  readonly metric: Metric;
  readonly parameters: ParameterValues;
}

/** Those that are asked for, in that order; of none all that there are. */
function chooseMetrics({ metrics: asked = metrics.map(({ id }) => ({ id })) }: EvaluateRequest): ChosenMetric[] {
  return asked.map(({ id, parameters = {} }: { id: string; parameters?: Readonly<Record<string, unknown>> }) => {
    const metric = findMetric(id);
    return { metric, parameters: resolveParameters(metric.parameters, parameters) };
  });
}

function refuseCheckpointMethods(method: string): void {
  if (!checkpointMethods.some(({ id }) => id === method)) return;
  throw new UserError(
    'parameter',
    `"${method}" looks at many checkpoints, and metrics ask one model.`,
    'Measure a method of one model, such as integrated-gradients.',
  );
}

/** The contexts of the method and of each metric, whose progress is that of all: images that the model is asked for. */
function stagesOf(
  run: Run,
  { method, parameters, seed }: ChosenMethod,
  wanted: readonly ChosenMetric[],
): readonly MethodContext[] {
  const { input } = run.classifier.info;
  const map = imagesOf(method.cost(parameters, input), 0);
  const sizes = [
    map,
    ...wanted.map(
      ({ metric, parameters: given }) => MAPS_MEASURED * imagesOf(metric.cost(given, input), map / MAPS_MEASURED),
    ),
  ];
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const context = run.context(seed);
  return sizes.map((size, index) => {
    const before = sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
    return {
      ...context,
      progress: (done, total) => context.progress?.(Math.round(before + (size * done) / total), Math.round(all)),
    };
  });
}

/** `attribution`: of one map. */
function imagesOf({ predictions, gradients, attributions = 0 }: Cost, attribution: number): number {
  return predictions + gradients + attributions * attribution;
}

function subjectOf(
  run: Run,
  objective: Objective,
  { method, parameters, seed }: ChosenMethod,
  map: RawMap,
): MetricSubject {
  const { classifier, input, facts } = run;
  return {
    image: input,
    objective,
    map,
    seed: seedOf(seed, facts),
    async attribute(images, { progress, ...context }) {
      const maps: RawMap[] = [];
      for (const image of images) {
        const { map: found } = await method.run(classifier, image, objective, parameters, { ...context, seed });
        maps.push(found);
        progress?.(maps.length, images.length);
      }
      return maps;
    },
  };
}

async function measure(
  { metric, parameters }: ChosenMetric,
  { classifier }: Run,
  subject: MetricSubject,
  context: MethodContext,
): Promise<Measurement> {
  const started = performance.now();
  const [found] = await withControls(metric, classifier, [subject], parameters, context);
  const { value, curve, controls, warnings } = found!;
  return {
    metric: metric.id,
    parameters,
    seed: subject.seed,
    better: metric.better,
    value,
    ...(curve && { curve }),
    controls: controls.map(({ id, value: of, curve: line }) => ({ id, value: of, ...(line && { curve: line }) })),
    milliseconds: performance.now() - started,
    warnings,
  };
}
