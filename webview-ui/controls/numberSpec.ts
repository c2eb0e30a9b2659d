import type { NumberSchema, Range } from '../../src/core/schema/numbers';
import type { Asked } from '../../src/core/schema/words';
import type { NumberSpec } from './numberField';

const PERCENT = 100;

/** How a form asks for a number; shares are asked for in percent. */
export function numberSpec({ range, words }: Asked<NumberSchema>, placeholder?: string): NumberSpec {
  const { caption, description, unit } = words;
  return {
    caption: unit === 'share' ? `${caption} (%)` : caption,
    description,
    range: unit === 'share' ? inPercent(range) : range,
    ...(placeholder === undefined ? {} : { placeholder }),
  };
}

/** The number of the form for `value`; rounded so that 0.07 does not become 7.000000000000001 %. */
export function shownOf({ words }: Asked<NumberSchema>, value: number): number {
  return words.unit === 'share' ? Number((PERCENT * value).toPrecision(6)) : value;
}

/** The value of a number that was typed in the form. */
export function valueOf({ words }: Asked<NumberSchema>, shown: number): number {
  return words.unit === 'share' ? shown / PERCENT : shown;
}

function inPercent(range: Range): Range {
  return { ...range, minimum: PERCENT * range.minimum, maximum: PERCENT * range.maximum };
}
