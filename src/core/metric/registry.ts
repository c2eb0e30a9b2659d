import { UserError } from '../errors';
import { deletion } from './deletion';
import { infidelity } from './infidelity';
import { insertion } from './insertion';
import { maxSensitivity } from './maxSensitivity';
import type { Metric } from './metric';

/** Every metric, in the order in which they are listed and measured. */
export const metrics: readonly Metric[] = [deletion, insertion, infidelity, maxSensitivity];

/** The metric with this id. Throws `UserError('unknown-method')` that lists the ids there are. */
export function findMetric(id: string): Metric {
  const metric = metrics.find((candidate) => candidate.id === id);
  if (metric !== undefined) return metric;
  const ids = metrics.map((candidate) => candidate.id).join(', ');
  throw new UserError('unknown-method', `There is no metric "${id}".`, `Use one of: ${ids}.`);
}
