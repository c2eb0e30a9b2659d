import { spreadOf, type Spread } from '../statistics';

/** One quantity of both checkouts in one round, in the same unit. */
export interface Pair {
  readonly ours: number;
  readonly other: number;
}

/** A line of the comparison. */
export interface Row {
  readonly model: string;
  readonly name: string;
  readonly unit: 'ms' | 'MiB';
  /** Round by round. */
  readonly pairs: readonly Pair[];
  readonly ours: Spread;
  readonly other: Spread;
  /** Ours / other, round by round. */
  readonly ratio: Spread;
}

/** A row that could not be compared. */
export interface Gap {
  readonly model: string;
  readonly name: string;
  /** The checkouts that could not, and why; nobody: it would take too long. */
  readonly failed: readonly ('ours' | 'other')[];
  readonly why: string;
}

/** Lower quartile of the ratios above which a row counts as slower, or as larger. */
export const SLOWER = 1.05;

export function rowOf(model: string, name: string, unit: Row['unit'], pairs: readonly Pair[]): Row {
  return {
    model,
    name,
    unit,
    pairs,
    ours: spreadOf(pairs.map(({ ours }) => ours)),
    other: spreadOf(pairs.map(({ other }) => other)),
    ratio: spreadOf(pairs.map(({ ours, other }) => ours / other)),
  };
}

/** Rows in which three rounds of four say that this checkout takes over 5 % more. */
export function slowerRows(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ ratio }) => ratio.lower > SLOWER);
}

/** `rows`, of which those that `names` names have the rounds of `again` too. */
export function withMoreRounds(
  rows: readonly Row[],
  again: readonly Row[],
  names: ReadonlySet<string>,
): readonly Row[] {
  return rows.map((row) => {
    const more = names.has(row.name) ? again.find(({ name }) => name === row.name) : undefined;
    return more === undefined ? row : rowOf(row.model, row.name, row.unit, [...row.pairs, ...more.pairs]);
  });
}

/** Gaps that this checkout alone has. */
export function lostRows(gaps: readonly Gap[]): readonly Gap[] {
  return gaps.filter(({ failed }) => failed.includes('ours') && !failed.includes('other'));
}
