import { UserError } from '../errors';
import type { Misfit, Schema } from './schema';
import { reading } from './schema';
import { wordsAt } from './words';

const LONGEST_VALUE = 60;

/** Throws `UserError('parameter')` that names the first of `values` that is not allowed, and says what is. */
export function check(schema: Schema, values: unknown): void {
  const { misfit } = reading(schema, values);
  if (!misfit) return;
  const { path, wanted } = misfit;
  const name = wordsAt(schema, path)?.name ?? path.join('.');
  throw new UserError('parameter', `The ${name} cannot be ${shownAt(values, misfit)}.`, `Use ${wanted}.`);
}

function shownAt(values: unknown, { path }: Misfit): string {
  let value = values;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  if (value === undefined) return 'left out';
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
