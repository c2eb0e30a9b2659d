import { either, flag, table, text } from '../schema/kinds';
import { measured } from '../schema/numbers';
import type { Of } from '../schema/schema';

const parameterValue = either(either(measured, flag, 'a number'), text(), 'a number, true, false or a text');

/** Values of a method's parameters by their ids. */
export const parameterValues = table(parameterValue);

export type ParameterValue = Of<typeof parameterValue>;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;
