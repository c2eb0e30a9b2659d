import { ratioText, table, times } from '../report';
import { lostRows, SLOWER, slowerRows, type Gap, type Row } from './rows';

/** The rows of one model as a table, then what is missing. */
export function rowsText(rows: readonly Row[], gaps: readonly Gap[]): string {
  const slower = new Set(slowerRows(rows));
  const lines = rows.map((row) => [
    row.name,
    `${times(row.ours)} ${row.unit}`,
    `${times(row.other)} ${row.unit}`,
    ratioText(row.ratio),
    slower.has(row) ? 'slower' : '',
  ]);
  const missing = gaps.map(({ name, why }) => `${name} is left out: ${why}`);
  return [
    ...(lines.length > 0 ? [aligned(table(['Row', 'Ours', 'Other', 'Ours / other', ''], lines))] : []),
    ...missing,
  ].join('\n');
}

/** What the whole comparison says, and whether it is passed: something was compared, no row is slower, and none is lost. */
export function verdict(
  rows: readonly Row[],
  gaps: readonly Gap[],
): { readonly passes: boolean; readonly text: string } {
  if (rows.length === 0) return { passes: false, text: 'Nothing could be compared.' };
  const [slower, lost] = [slowerRows(rows), lostRows(gaps)];
  const lines = [
    slower.length === 0
      ? `None of ${rows.length} rows has a lower quartile above ${SLOWER}.`
      : `${slower.length} of ${rows.length} rows have a lower quartile above ${SLOWER}:`,
    ...slower.map(({ model, name, ratio }) => `  ${model}: ${name} ${ratioText(ratio)}`),
    ...(lost.length === 0 ? [] : ['Only the other checkout could run:']),
    ...lost.map(({ model, name, why }) => `  ${model}: ${name} (${why})`),
  ];
  return { passes: slower.length === 0 && lost.length === 0, text: lines.join('\n') };
}

/** Share of the cores from which on others disturb a turn, and of turns from which on a comparison decides nothing. */
const DISTURBING = 0.08;
const MOST_DISTURBED = 0.25;

/** What is to be known of the other processes on the machine, by their share of the cores in each turn. */
export function disturbanceText(others: readonly number[]): string | undefined {
  const disturbed = others.filter((share) => share > DISTURBING).length;
  if (disturbed === 0) return undefined;
  const doubt =
    disturbed > MOST_DISTURBED * others.length ? ': this decides nothing, compare again on a calm machine' : '';
  return `Other processes had over ${100 * DISTURBING} % of the cores in ${disturbed} of ${others.length} turns${doubt}.`;
}

/** A table's cells padded to the width of their column. */
function aligned(text: string): string {
  const rows = text.split('\n').map((line) => line.slice(2, -2).split(' | '));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      `  ${row.map((cell, column) => (cell === '---' ? '-' : cell).padEnd(widths[column]!, cell === '---' ? '-' : ' ')).join('  ')}`.trimEnd(),
    )
    .join('\n');
}
