import type { ParameterValues } from '../method/parameters';
import type { Classifier } from '../model/classifier';
import type { ControlId } from '../result/measurement';
import { controls } from './controls';
import type { Metric, MetricContext, MetricOutcome, MetricSubject } from './metric';

/** What a metric finds of a map, and of the controls in its place. */
export interface Controlled extends MetricOutcome {
  readonly controls: readonly (MetricOutcome & { readonly id: ControlId })[];
}

/** Maps that are measured for each map: itself and the controls. */
export const MAPS_MEASURED = 1 + controls.length;

/**
 * The metric of each subject and of its controls, all asked in one run with the same draws. Throws `CancelledError` and what the
 * classifier throws.
 */
export async function withControls(
  metric: Metric,
  classifier: Classifier,
  subjects: readonly MetricSubject[],
  parameters: ParameterValues,
  context: MetricContext,
): Promise<readonly Controlled[]> {
  const all = subjects.flatMap((subject) => [subject, ...controls.map((control) => control.of(subject))]);
  const outcomes = await metric.run(classifier, all, parameters, context);
  return subjects.map((_, index) => {
    const [own, ...others] = outcomes.slice(index * MAPS_MEASURED, (index + 1) * MAPS_MEASURED) as [
      MetricOutcome,
      ...MetricOutcome[],
    ];
    return { ...own, controls: others.map((outcome, place) => ({ id: controls[place]!.id, ...outcome })) };
  });
}
