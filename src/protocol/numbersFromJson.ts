/**
 * `message` with NaN where it holds null. Messages to and from a page travel as JSON, which has neither NaN nor infinities and
 * writes null for them; ours hold no other nulls. Typed arrays travel whole.
 */
export function numbersFromJson(message: unknown): unknown {
  if (message === null) return NaN;
  if (Array.isArray(message)) return message.map(numbersFromJson);
  if (typeof message !== 'object' || ArrayBuffer.isView(message)) return message;
  return Object.fromEntries(Object.entries(message).map(([key, value]) => [key, numbersFromJson(value)]));
}
