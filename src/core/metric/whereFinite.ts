import { countNonFinite } from '../method/numbers';
import type { MetricOutcome, MetricSubject } from './metric';

/** What `measure` finds of the subjects whose maps are numbers throughout; the others have no order and no norm, which is said. */
export async function whereFinite(
  subjects: readonly MetricSubject[],
  measure: (subjects: readonly MetricSubject[]) => Promise<readonly MetricOutcome[]>,
): Promise<readonly MetricOutcome[]> {
  const isMeasurable = ({ map }: MetricSubject): boolean => countNonFinite(map.data) === 0;
  const found = (await measure(subjects.filter(isMeasurable))).values();
  return subjects.map((subject) => (isMeasurable(subject) ? found.next().value! : notFinite(subject)));
}

function notFinite({ map: { data } }: MetricSubject): MetricOutcome {
  const warning = `${countNonFinite(data)} of ${data.length} values of the map are not finite, so it cannot be measured.`;
  return { value: NaN, warnings: [warning] };
}
