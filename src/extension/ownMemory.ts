/**
 * `value` with each typed array in memory of its own. Arrays that came over a channel may be views into the whole message,
 * which would travel with each of them to the page; Node's Buffers would travel as text.
 */
export function ownMemory<T>(value: T): T {
  return copyArrays(value) as T;
}

function copyArrays(value: unknown): unknown {
  // A Buffer's slice() shares memory.
  if (Buffer.isBuffer(value)) return new Uint8Array(value);
  if (value instanceof Float32Array || value instanceof Int8Array || value instanceof Uint8Array)
    return value.byteLength === value.buffer.byteLength ? value : value.slice();
  if (Array.isArray(value)) return value.some(isObject) ? value.map(copyArrays) : value;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyArrays(item)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
