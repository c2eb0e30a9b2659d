import { resultRecord } from '../core/result/kinds';
import { literal, object, optional, variant } from '../core/schema/kinds';
import type { Of } from '../core/schema/schema';
import { probe } from './probe';
import { refused } from './refused';

/** The side bar's Inspector shows the selected result and the probe of the active panel. */
export const toInspector = variant('type', [
  object({ type: literal('record'), record: optional(resultRecord) }),
  object({ type: literal('probe'), probe: optional(probe) }),
]);

export const fromInspector = variant('type', [object({ type: literal('ready') }), refused]);

export type ToInspector = Of<typeof toInspector>;
export type FromInspector = Of<typeof fromInspector>;
