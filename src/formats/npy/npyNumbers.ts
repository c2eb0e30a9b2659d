/** Reads one number of a NumPy type at a byte offset. */
export interface NumberReader {
  readonly size: number;
  readonly read: (view: DataView, at: number) => number;
}

/** The reader of a NumPy type string such as `<f4`, `>i2`, `|u1`; undefined for types that are not plain numbers. */
export function numberReader(type: string): NumberReader | undefined {
  const order = type.charAt(0);
  if (!'<>|'.includes(order)) return undefined;
  const read = READERS[type.slice(1)];
  const size = Number(type.slice(2));
  // One-byte types have no byte order and NumPy writes "|"; wider ones must state it.
  if (read === undefined || (order === '|' && size !== 1)) return undefined;
  return { size, read: (view, at) => read(view, at, order === '<') };
}

const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
