import type { NormId, Norms } from './record';

const NORM_SYMBOLS: Readonly<Record<NormId, string>> = { linf: 'L∞', l2: 'L2' };

interface Change {
  readonly epsilon?: number | undefined;
  readonly norm?: NormId | undefined;
  readonly norms: Norms;
}

/** What the size of an attack is told by: its ε, or, where it has none, how far it had to go in the norm that it looks at. */
export function changeSize({ epsilon, norm = 'linf', norms }: Change): {
  readonly symbol: string;
  readonly value: number;
} {
  return epsilon === undefined ? { symbol: NORM_SYMBOLS[norm], value: norms[norm] } : { symbol: 'ε', value: epsilon };
}
