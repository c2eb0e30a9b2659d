/** The two checkouts of a comparison: this one and the other. */
export type Side = 'ours' | 'other';

/** Who is started first in a round: each as often as the other. */
export function startOrder(round: number): readonly [Side, Side] {
  return round % 2 === 0 ? ['ours', 'other'] : ['other', 'ours'];
}

/** The turns of a round: `pairs` times both, the order turned around each time (ABBA), so that a drift strikes both alike. */
export function turnOrder(round: number, pairs: number): readonly Side[] {
  return Array.from({ length: pairs }, (_, pair) => startOrder(round + pair)).flat();
}
