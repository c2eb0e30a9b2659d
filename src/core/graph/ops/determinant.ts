import type { DecomposingBuilder, Operator } from '../operator';
import { composite } from './composite';
import { terms } from './terms';

/** Products double with each further row. */
const MOST_ROWS = 5;

/** Determinants of the last two axes, expanded along the first row (Laplace). */
export const determinant: Readonly<Record<string, Operator>> = {
  Det: composite(({ inputs: [x] }, builder) => {
    const shape = builder.shape(x!);
    const rows = shape.at(-1)!;
    if (rows > MOST_ROWS) throw new Error(`Det: matrices of ${rows} rows are not supported`);
    const columns = Array.from({ length: rows }, (_, column) => column);
    return [terms(builder).reshape(expanded(builder, x!, 0, columns), shape.slice(0, -2))];
  }),
};

/** Of the rows from `row` on, in the columns that are left. */
function expanded(builder: DecomposingBuilder, x: string, row: number, columns: readonly number[]): string {
  const t = terms(builder);
  const rank = builder.shape(x).length;
  const element = (column: number): string => t.slice(t.slice(x, rank - 2, row, row + 1), rank - 1, column, column + 1);
  if (columns.length === 1) return element(columns[0]!);
  const parts = columns.map((column, at) => {
    const minor = expanded(
      builder,
      x,
      row + 1,
      columns.filter((other) => other !== column),
    );
    return t.times(t.mul(element(column), minor), at % 2 === 0 ? 1 : -1);
  });
  return parts.reduce(t.add);
}
