import { printable } from '../core/printable';
import type { ClassScore } from '../core/result/record';

/** Of a cell that others are lined up after; the last one of a row may hold a path. */
const WIDEST = 60;
const WIDEST_LAST = 4096;

/**
 * Rows as text: columns as wide as their widest cell, two spaces apart; `right` lists the columns set flush right. Cells are made
 * printable and shortened.
 */
export function formatTable(cells: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = cells.reduce((most, row) => Math.max(most, row.length), 0);
  const rows = cells.map((row) =>
    row.map((cell, column) => printable(cell, column === columns - 1 ? WIDEST_LAST : WIDEST)),
  );
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Index, class, probability in percent, logit: a line each. */
export function formatClasses(classes: readonly ClassScore[]): string {
  return formatTable(
    [
      ['', 'class', 'probability', 'logit'],
      ...classes.map(({ index, name, probability, logit }) => [
        String(index),
        name,
        formatProbability(probability),
        logit.toFixed(3),
      ]),
    ],
    [0, 2, 3],
  );
}

export function formatProbability(probability: number): string {
  return `${(100 * probability).toFixed(2)} %`;
}

/** Four significant digits. */
export function formatNumber(value: number): string {
  return value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(3);
}

/** Names and what they stand for, as two columns. */
export function formatFacts(facts: readonly (readonly [string, string | undefined])[]): string {
  return formatTable(facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
