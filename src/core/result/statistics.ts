import type { RawMap } from '../image/pixels';
import type { MapStatistics } from './record';

/**
 * Facts of a raw map over its finite elements, sums in float64: minimum, maximum, Σ, Σ|·|; all 0 where no element is finite.
 * State: `non-finite` if any element is NaN or infinite, else `zero` if all are 0, `constant` if all are equal, else `ordinary`.
 */
export function mapStatistics(map: RawMap): MapStatistics {
  let minimum = Infinity;
  let maximum = -Infinity;
  let sum = 0;
  let absoluteSum = 0;
  let nonFinite = 0;
  for (const value of map.data) {
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    sum += value;
    absoluteSum += Math.abs(value);
  }
  if (minimum > maximum) minimum = maximum = 0;
  return { minimum, maximum, sum, absoluteSum, nonFinite, state: stateOf(minimum, maximum, nonFinite) };
}

function stateOf(minimum: number, maximum: number, nonFinite: number): MapStatistics['state'] {
  if (nonFinite > 0) return 'non-finite';
  if (minimum !== maximum) return 'ordinary';
  return minimum === 0 ? 'zero' : 'constant';
}
