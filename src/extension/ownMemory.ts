/**
 * `value` with each typed array in memory of its own. Arrays that came over a channel may be views into the whole message,
 * which would travel with each of them to the page; Node's Buffers would travel as text.
 */
export function ownMemory<T>(value: T): T {
  return copyArrays(value) as T;
}

function copyArrays(value: unknown): unknown {
  if (value instanceof Float32Array) return value.byteLength === value.buffer.byteLength ? value : value.slice();
  // A Buffer's slice() shares memory.
  if (value instanceof Uint8Array)
    return value.byteLength === value.buffer.byteLength && !Buffer.isBuffer(value) ? value : new Uint8Array(value);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyArrays(item)]));
}
