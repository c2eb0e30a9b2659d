import type { ToInspector } from '../../src/protocol/inspector';
import type { Probe } from '../../src/protocol/panel';
import { type Guard, hasShape, isArrayOf, isCount, isNumber, isObject, isOptional } from './guards';
import { isRecord } from './record';

const isProbe: Guard<Probe> = hasShape({
  row: isCount,
  column: isCount,
  pixel: isArrayOf(isNumber),
  value: isArrayOf(isNumber),
  rank: isCount,
  count: isCount,
});

/** A message to the inspector, or undefined for anything else. */
export function readToInspector(value: unknown): ToInspector | undefined {
  return isToInspector(value) ? value : undefined;
}

const isToInspector: Guard<ToInspector> = (value): value is ToInspector => {
  if (!isObject(value)) return false;
  switch (value.type) {
    case 'record':
      return isOptional(isRecord)(value.record);
    case 'probe':
      return isOptional(isProbe)(value.probe);
    default:
      return false;
  }
};
