import type { ShownMap } from '../../src/core/render/map';
import { formatSigned } from '../format';

/** Why there is nothing, or not everything, to see of a map; `zero` says it of one that is zero everywhere. */
export function mapRemark({ state, values }: ShownMap, zero: () => string): string | undefined {
  switch (state) {
    case 'ordinary':
      return undefined;
    case 'constant':
      return `The map is constant, ${formatSigned(values[0] ?? 0)} everywhere: there is nothing to see.`;
    case 'non-finite': {
      const count = values.reduce((sum, value) => (Number.isFinite(value) ? sum : sum + 1), 0);
      return count === values.length
        ? 'Every value is NaN or infinite: the gradient of this model has broken down here.'
        : `${count} of ${values.length} values are NaN or infinite and drawn grey.`;
    }
    case 'zero':
      return zero();
  }
}
