const NO_BREAK = '\u00a0';
const MINUS = '\u2212';

/** 0.9934 as "99.3 %"; ends of the range are never rounded to certainty. */
export function formatPercent(probability: number): string {
  if (!Number.isFinite(probability)) return 'not a number';
  const percent = probability * 100;
  if (probability !== 1 && percent >= 99.995) return `>${NO_BREAK}99.99${NO_BREAK}%`;
  if (probability !== 0 && percent < 0.005) return `<${NO_BREAK}0.01${NO_BREAK}%`;
  if (probability === 0 || probability === 1) return `${percent}${NO_BREAK}%`;
  const digits = percent >= 99.95 || percent < 0.05 ? 2 : 1;
  return `${percent.toFixed(digits)}${NO_BREAK}%`;
}

/** Three significant digits: 0.0314, 12.5, 3.1e−5. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  const text =
    magnitude < 1e-4 || magnitude >= 1e6
      ? value.toExponential(digits - 1)
      : Number(value.toPrecision(digits)).toString();
  return text.replaceAll('-', MINUS).replace('e+', 'e');
}

/** As {@link formatNumber}, with a plus sign for positive values. */
export function formatSigned(value: number, digits = 3): string {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${formatNumber(milliseconds / 1000)}${NO_BREAK}s`;
  if (milliseconds < 0.5) return `<${NO_BREAK}1${NO_BREAK}ms`;
  return `${Math.round(milliseconds)}${NO_BREAK}ms`;
}

/** A pixel fraction in steps of an 8-bit picture: 0.01 as "2.55/255". */
export function formatSteps(fraction: number): string {
  return `${formatNumber(fraction * 255)}/255`;
}

export function formatSize(width: number, height: number): string {
  return `${width}${NO_BREAK}×${NO_BREAK}${height}`;
}
