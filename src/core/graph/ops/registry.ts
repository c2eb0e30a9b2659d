import type { OperatorTable } from '../builder';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { convolution } from './convolution';

/** Every operator that the IR knows. */
export const operators: OperatorTable = new Map(Object.entries({ ...activation, ...arithmetic, ...convolution }));
