/** What the editor sends of a message besides JSON. */
const PLAIN = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;
type NumberArray = InstanceType<(typeof PLAIN)[number]>;

/** A view may begin only where its elements are aligned. */
const ALIGNMENT = 8;

/**
 * The same message with all its typed arrays lying one after the other in one buffer. The editor sends a message's buffers beside its
 * JSON and counts them in one byte: of 254 buffers and more the page gets empty references. Views of one buffer count once, and their
 * places travel with the JSON.
 */
export function onOneBuffer<T>(message: T): T {
  const places = new Map<NumberArray, number>();
  let length = 0;
  forEachArray(message, (array) => {
    if (places.has(array)) return;
    places.set(array, length);
    length += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
  });
  if (places.size < 2) return message;
  const buffer = new ArrayBuffer(length);
  const copies = new Map<NumberArray, NumberArray>();
  for (const [array, place] of places) {
    const copy = new (constructorOf(array))(buffer, place, array.length);
    copy.set(array);
    copies.set(array, copy);
  }
  return withArrays(message, copies) as T;
}

function forEachArray(value: unknown, take: (array: NumberArray) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) take(value as NumberArray);
  else for (const item of Object.values(value)) forEachArray(item, take);
}

function withArrays(value: unknown, copies: ReadonlyMap<NumberArray, NumberArray>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return copies.get(value as NumberArray);
  if (Array.isArray(value)) return value.map((item) => withArrays(item, copies));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withArrays(item, copies)]));
}

/** Of a `Buffer`, which is a `Uint8Array` that the editor would write as a list of numbers, the plain one. */
function constructorOf(array: NumberArray): new (buffer: ArrayBuffer, place: number, length: number) => NumberArray {
  const found = PLAIN.find((plain) => array instanceof plain);
  if (found === undefined) throw new TypeError(`A message with a ${array.constructor.name}`);
  return found;
}
