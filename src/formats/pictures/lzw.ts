const CODE_BITS = 8;
const CLEAR = 1 << CODE_BITS;
const END = CLEAR + 1;
const MOST_CODES = 4096;
const LARGEST_BLOCK = 255;
/** Slots of the dictionary's hash table: a power of two, more than twice the codes. */
const SLOTS = 1 << 14;

/**
 * GIF's image data: the code size, then the 8-bit `indices` in LZW codes of 9 to 12 bits, in blocks of at most 255 bytes, then an empty
 * block. Source: Welch 1984 as GIF89a's appendix F changes it.
 */
export function compressIndices(indices: Uint8Array): Uint8Array {
  const writer = createBlockWriter(indices.length);
  /** (prefix code, next index) + 1 → code, by open addressing; 0: free. */
  const keys = new Int32Array(SLOTS);
  const codes = new Uint16Array(SLOTS);
  let next = END + 1;
  let bits = CODE_BITS + 1;
  writer.write(CLEAR, bits);
  let prefix = indices[0] ?? END;
  for (let at = 1; at < indices.length; at++) {
    const index = indices[at]!;
    const key = ((prefix << CODE_BITS) | index) + 1;
    let slot = Math.imul(key, 0x9e3779b1) >>> 18;
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    if (keys[slot] === key) {
      prefix = codes[slot]!;
      continue;
    }
    writer.write(prefix, bits);
    prefix = index;
    if (next === MOST_CODES) {
      writer.write(CLEAR, bits);
      keys.fill(0);
      next = END + 1;
      bits = CODE_BITS + 1;
      continue;
    }
    keys[slot] = key;
    codes[slot] = next;
    // The reader is one code behind: the width grows when this code is the first that needs it.
    if (next === 1 << bits) bits++;
    next++;
  }
  writer.write(prefix, bits);
  if (prefix !== END) writer.write(END, next === 1 << bits && bits < 12 ? bits + 1 : bits);
  return writer.finish();
}

interface BlockWriter {
  readonly write: (code: number, bits: number) => void;
  readonly finish: () => Uint8Array;
}

/** Codes, least significant bit first, in blocks with their length before them. */
function createBlockWriter(expected: number): BlockWriter {
  let bytes = new Uint8Array(1024 + (expected >> 2));
  bytes[0] = CODE_BITS;
  let block = 1;
  let at = 2;
  let pending = 0;
  let count = 0;

  function put(byte: number): void {
    if (at - block > LARGEST_BLOCK) {
      bytes[block] = LARGEST_BLOCK;
      block = at++;
    }
    if (at + 2 >= bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    bytes[at++] = byte;
  }

  return {
    write(code, bits) {
      pending |= code << count;
      count += bits;
      while (count >= 8) {
        put(pending & 0xff);
        pending >>>= 8;
        count -= 8;
      }
    },
    finish() {
      if (count > 0) put(pending & 0xff);
      bytes[block] = at - block - 1;
      bytes[at++] = 0;
      return bytes.slice(0, at);
    },
  };
}
