import type { Trait } from '../operator';
import { operators } from './registry';

/** Does the operator do this with its elements; not known of operators that the IR does not know. */
export function hasTrait(op: string, trait: Trait): boolean {
  return operators.get(op)?.traits?.includes(trait) ?? false;
}
