/** Longest name that is shown. */
const MOST_CHARACTERS = 80;
const MOST_TAGS = 100;

/**
 * The name of an ICC profile, from its description, without control characters and of bounded length; "unnamed" where it has none
 * that can be read. Source: ICC.1:2022, 7.3 and 10.15 (`mluc`); ICC.1:2001, 6.5.17 (`desc`).
 */
export function profileName(icc: Uint8Array): string {
  const text = description(icc)?.replace(/\p{C}/gu, '').trim();
  if (text === undefined || text === '') return 'unnamed';
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function description(icc: Uint8Array): string | undefined {
  const buffer = Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength);
  if (buffer.length < 132) return undefined;
  const count = Math.min(buffer.readUInt32BE(128), MOST_TAGS, Math.floor((buffer.length - 132) / 12));
  for (let i = 0; i < count; i++) {
    const entry = 132 + 12 * i;
    if (buffer.toString('latin1', entry, entry + 4) !== 'desc') continue;
    const at = buffer.readUInt32BE(entry + 4);
    return textOf(buffer.subarray(at, at + buffer.readUInt32BE(entry + 8)));
  }
  return undefined;
}

function textOf(data: Buffer): string | undefined {
  const type = data.toString('latin1', 0, 4);
  if (type === 'desc' && data.length >= 12) return data.toString('latin1', 12, 12 + data.readUInt32BE(8));
  if (type !== 'mluc' || data.length < 28) return undefined;
  const length = data.readUInt32BE(20);
  const offset = data.readUInt32BE(24);
  const letters = Buffer.from(data.subarray(offset, offset + 2 * Math.floor(length / 2)));
  return letters.length % 2 === 0 ? letters.swap16().toString('utf16le') : undefined;
}
