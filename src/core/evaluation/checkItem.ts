import type { CheckId, CheckItem, CheckStatus } from '../result/modelCheck';

/** A check's outcome; measured numbers that are not finite are left out, because JSON has none. */
export function checkItem(
  id: CheckId,
  status: CheckStatus,
  sentence: string,
  numbers: Readonly<Record<string, number>> = {},
): CheckItem {
  const finite = Object.entries(numbers).filter(([, value]) => Number.isFinite(value));
  return { id, status, sentence, numbers: Object.fromEntries(finite) };
}

/** Two significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** Two significant digits in percent. */
export function percent(fraction: number): string {
  return `${short(100 * fraction)} %`;
}
