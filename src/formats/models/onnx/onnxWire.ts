import { PbfReader } from 'pbf';

/** Messages and list entries that a file may hold: far more than any network has, few enough to fit into memory. */
const MOST_PARTS = 500_000;

/** Wire types of protocol buffers. */
const VARINT = 0,
  FIXED64 = 1,
  BYTES = 2,
  FIXED32 = 5;

/**
 * Protocol buffers from an untrusted source. pbf decodes the numbers; this makes sure that no field reaches past the message that
 * holds it, that fields have the wire type their number asks for, and that the count of parts is bounded.
 */
export interface Wire {
  readonly pbf: PbfReader;
  /** Of the field at hand, whose value begins at `pbf.pos`. */
  type: number;
  end: number;
  parts: number;
}

export function openWire(bytes: Uint8Array): Wire {
  return { pbf: new PbfReader(bytes), type: BYTES, end: bytes.length, parts: 0 };
}

/** Visits the fields of the message that the wire stands at; what `visit` does not read is skipped. */
export function visitFields(wire: Wire, visit: (field: number) => void): void {
  const { pbf, end } = wire;
  while (pbf.pos < end) {
    const tag = varint(wire, end);
    const type = tag & 7;
    const next = fieldEnd(wire, type, end);
    wire.type = type;
    wire.end = next;
    visit(Math.floor(tag / 8));
    pbf.pos = next;
  }
}

/** Leaves the wire at the value, behind its length. */
function fieldEnd(wire: Wire, type: number, end: number): number {
  const { pbf } = wire;
  const start = pbf.pos;
  let next: number;
  if (type === VARINT) {
    varint(wire, end);
    next = pbf.pos;
    pbf.pos = start;
  } else if (type === FIXED64) next = start + 8;
  else if (type === FIXED32) next = start + 4;
  else if (type === BYTES) {
    const length = varint(wire, end);
    next = pbf.pos + length;
  } else throw new Error(`The file is damaged: wire type ${type} at byte ${start}`);
  if (next > end) throw new Error(`The file is damaged: a field reaches past its end at byte ${start}`);
  return next;
}

function varint(wire: Wire, end: number, signed = false): number {
  const value = wire.pbf.readVarint(signed);
  if (wire.pbf.pos > end) throw new Error(`The file is damaged: a number reaches past its end at byte ${end}`);
  return value;
}

function expect(wire: Wire, type: number): void {
  if (wire.type !== type) throw new Error(`The file is damaged: wire type ${wire.type} at byte ${wire.pbf.pos}`);
}

function count(wire: Wire): void {
  if (++wire.parts > MOST_PARTS) throw new Error(`The file has more than ${MOST_PARTS} parts`);
}

export function readMessage<T>(wire: Wire, read: (wire: Wire) => T): T {
  expect(wire, BYTES);
  count(wire);
  return read(wire);
}

export function readInteger(wire: Wire): number {
  expect(wire, VARINT);
  return varint(wire, wire.end, true);
}

export function readFloat(wire: Wire): number {
  expect(wire, FIXED32);
  return wire.pbf.readFloat();
}

/** A view of the field's bytes. */
export function readBytes(wire: Wire): Uint8Array {
  expect(wire, BYTES);
  count(wire);
  return wire.pbf.buf.subarray(wire.pbf.pos, wire.end);
}

const decoder = new TextDecoder();

export function readText(wire: Wire): string {
  return decoder.decode(readBytes(wire));
}

/** Adds one entry of a list of integers, or all of a packed one. */
export function readIntegers(wire: Wire, list: number[]): void {
  if (wire.type !== BYTES) {
    count(wire);
    list.push(readInteger(wire));
    return;
  }
  while (wire.pbf.pos < wire.end) {
    count(wire);
    list.push(varint(wire, wire.end, true));
  }
}

export function readFloats(wire: Wire, list: number[]): void {
  if (wire.type !== BYTES) {
    count(wire);
    list.push(readFloat(wire));
    return;
  }
  if ((wire.end - wire.pbf.pos) % 4 !== 0) throw new Error('The file is damaged: a list of floats ends within one');
  while (wire.pbf.pos < wire.end) {
    count(wire);
    list.push(wire.pbf.readFloat());
  }
}

/** The bytes of a list of numbers, packed or one by one, in pieces; decoded when their count is known to be right. */
export function readNumberBytes(wire: Wire, pieces: Uint8Array[]): void {
  count(wire);
  pieces.push(wire.pbf.buf.subarray(wire.pbf.pos, wire.end));
}

/** How many varints the pieces hold. */
export function countVarints(pieces: readonly Uint8Array[]): number {
  let total = 0;
  for (const piece of pieces) for (const byte of piece) if (byte < 0x80) total++;
  return total;
}

/** Decodes the varints of the pieces into `target`. */
export function decodeVarints(pieces: readonly Uint8Array[], target: Record<number, number>): void {
  let index = 0;
  for (const piece of pieces) {
    const pbf = new PbfReader(piece);
    while (pbf.pos < piece.length) target[index++] = pbf.readVarint(true);
  }
}
