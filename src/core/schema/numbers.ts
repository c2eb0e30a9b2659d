import * as v from 'valibot';
import { quickLeaf } from './quick';

/** Which numbers are allowed: finite ones, as follows. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
  readonly isWhole: boolean;
  /** The minimum itself is not allowed. */
  readonly isOpenBelow?: boolean;
  /** Nor is the maximum. */
  readonly isOpenAbove?: boolean;
}

export type NumberSchema = v.GenericSchema<number, number> & { readonly range: Range };

/** A whole number from `minimum` to `maximum`; `unit` is what is counted ("pixels"). */
/* @__NO_SIDE_EFFECTS__ */
export function whole(minimum: number, maximum = Number.MAX_SAFE_INTEGER, unit?: string): NumberSchema {
  return inRange({ minimum, maximum, isWhole: true }, unit);
}

/** A number from `minimum` to `maximum`; `ends` that are open are not allowed themselves. */
/* @__NO_SIDE_EFFECTS__ */
export function number(
  minimum = -Number.MAX_VALUE,
  maximum = Number.MAX_VALUE,
  ends?: 'open' | 'openBelow' | 'openAbove',
): NumberSchema {
  return inRange({
    minimum,
    maximum,
    isWhole: false,
    ...(ends === 'open' || ends === 'openBelow' ? { isOpenBelow: true } : {}),
    ...(ends === 'open' || ends === 'openAbove' ? { isOpenAbove: true } : {}),
  });
}

/** Any number, said as `wanted`. */
/* @__NO_SIDE_EFFECTS__ */
export function finite(wanted: string) {
  return v.pipe(v.number(wanted), v.finite(wanted));
}

/** A count of things: 0, 1, 2, … */
export const count = whole(0);

/** A number that JSON may have lost: it has neither NaN nor infinities and writes null for them, which is NaN here. */
export const measured = quickLeaf(
  v.pipe(
    v.custom<number | null>((value) => value === null || typeof value === 'number', 'a number'),
    v.transform((value) => value ?? NaN),
  ),
  (value) => typeof value === 'number',
);

/** Whether a number is among those of a range. */
export function isWithin({ minimum, maximum, isWhole, isOpenBelow, isOpenAbove }: Range, value: number): boolean {
  if (isWhole && !Number.isInteger(value)) return false;
  return (isOpenBelow ? value > minimum : value >= minimum) && (isOpenAbove ? value < maximum : value <= maximum);
}

/** "from 1 to 4096", "above 0 and up to 1000", "from 0 on". */
export function rangeWords(range: Range, format: (value: number) => string = String): string {
  const { minimum, maximum, isOpenBelow, isOpenAbove } = range;
  const low = `${isOpenBelow ? 'above' : 'from'} ${format(minimum)}`;
  if (maximum >= Number.MAX_SAFE_INTEGER) return isOpenBelow ? low : `${low} on`;
  const high = format(maximum);
  if (isOpenAbove) return `${low} and below ${high}`;
  return `${low} ${isOpenBelow ? 'and up to' : 'to'} ${high}`;
}

/* @__NO_SIDE_EFFECTS__ */
function inRange(range: Range, unit?: string): NumberSchema {
  const { minimum, isWhole } = range;
  const kind = `${isWhole ? 'a whole number' : 'a number'}${unit === undefined ? '' : ` of ${unit}`}`;
  const wanted = minimum === -Number.MAX_VALUE ? kind : `${kind} ${rangeWords(range)}`;
  const schema = v.pipe(
    v.number(wanted),
    v.check((value) => isWithin(range, value), wanted),
    v.metadata({ range }),
  );
  return quickLeaf({ ...schema, range }, (value) => typeof value === 'number' && isWithin(range, value));
}
