import type { OperatorTable } from '../builder';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { convolution } from './convolution';
import { elementary } from './elementary';
import { linear } from './linear';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { scattering } from './scattering';
import { shaping } from './shape';
import { slicing } from './slicing';

/** Every operator that the IR knows. */
export const operators: OperatorTable = new Map(
  Object.entries({
    ...activation,
    ...arithmetic,
    ...convolution,
    ...elementary,
    ...linear,
    ...normalization,
    ...pooling,
    ...reduction,
    ...scattering,
    ...shaping,
    ...slicing,
  }),
);
