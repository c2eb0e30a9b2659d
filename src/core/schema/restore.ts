import { isObject } from './kinds';
import type { Misfit, Of, Schema } from './schema';
import { misfitText, reading } from './schema';

type Entries = Readonly<Record<string, Schema & { readonly wrapped?: Schema }>>;
type ObjectLike = Schema & { readonly entries: Entries };

/**
 * What an earlier version or a person left of `initial`: each property that fits, else the initial one; `told` hears of those
 * that do not. Objects of `initial` are gone through in the same way.
 */
export function restore<S extends ObjectLike>(
  schema: S,
  initial: Of<S>,
  left: unknown,
  told: (misfit: string) => void,
): Of<S> {
  return restoreEntries(schema, initial as object, left, (misfit) => told(misfitText(misfit))) as Of<S>;
}

function restoreEntries({ entries }: ObjectLike, initial: object, left: unknown, told: Told): object {
  const given = isObject(left) ? left : {};
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(entries)) {
    const before = (initial as Record<string, unknown>)[key];
    const tell: Told = ({ path, wanted }) => told({ path: [key, ...path], wanted });
    const value = restoreValue(entry.wrapped ?? entry, before, given[key], tell);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function restoreValue(schema: Schema, before: unknown, left: unknown, told: Told): unknown {
  if (left === undefined) return before;
  if ('entries' in schema && isObject(before)) return restoreEntries(schema as ObjectLike, before, left, told);
  const { value, misfit } = reading(schema, left);
  if (!misfit) return value;
  told(misfit);
  return before;
}

type Told = (misfit: Misfit) => void;
