/**
 * Name of a result: its time (UTC, to the second) and 32 random bits, so that names sort by age and are safe as file names,
 * e.g. `20250131T235959Z-0badcafe`. `created` is ISO 8601; `random` holds at least four random bytes.
 */
export function resultId(created: string, random: Uint8Array): string {
  const time = new Date(created).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  const suffix = Array.from(random.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (suffix.length !== 8) throw new RangeError('A result id needs four random bytes.');
  return `${time}-${suffix}`;
}

/** Whether `text` can be the name of a result: letters, digits and inner hyphens only, so no path. */
export function isResultId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(text);
}
