import { countOf } from '../../countOf';
import type { UserError } from '../../errors';
import type { Visit } from './checkpoint';

/** Names listed in one sentence. */
const LISTED = 5;

/** What is to be known of a sum over checkpoints before it is trusted, one sentence each. */
export function integrationWarnings(
  visited: readonly Visit[],
  nameOf: (visit: Visit) => string,
  unreadable: readonly { readonly name: string; readonly error: UserError }[],
  map: { readonly nonFinite: number; readonly isZero: boolean },
): string[] {
  const warnings: string[] = [];
  if (unreadable.length > 0)
    warnings.push(
      `${listed(unreadable.map(({ name }) => name))} cannot be opened and ${unreadable.length === 1 ? 'is' : 'are'} left out: ${unreadable[0]!.error.message}`,
    );
  for (const names of repeated(visited, nameOf))
    warnings.push(`${listed(names)} are the same network; each of them is counted.`);
  const overflowing = visited.filter(({ loss }) => !Number.isFinite(loss));
  if (map.nonFinite > 0)
    warnings.push(
      `${countOf(map.nonFinite, 'value')} of the map ${map.nonFinite === 1 ? 'is' : 'are'} not finite${overflowing.length === 0 ? '' : `: the loss of ${listed(overflowing.map(nameOf))} overflows`}.`,
    );
  else if (map.isZero) warnings.push('The map is zero everywhere: no checkpoint’s loss depends on the image.');
  return warnings;
}

function repeated(visited: readonly Visit[], nameOf: (visit: Visit) => string): string[][] {
  const names = new Map<string, string[]>();
  for (const visit of visited) {
    const { hash } = visit.info;
    names.set(hash, [...(names.get(hash) ?? []), nameOf(visit)]);
  }
  return [...names.values()].filter(({ length }) => length > 1).slice(0, LISTED);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
