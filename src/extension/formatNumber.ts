import { env } from 'vscode';

/** As the editor's language writes numbers. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(env.language, { maximumFractionDigits: 2 }).format(value);
}

/** A share in [0, 1] as "91.2 %". */
export function formatPercent(share: number): string {
  const percent = new Intl.NumberFormat(env.language, { maximumFractionDigits: 1 }).format(100 * share);
  return `${percent} %`;
}
