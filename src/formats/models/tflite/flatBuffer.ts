import { ByteBuffer } from 'flatbuffers';

/** Tables and list entries that a file may be asked for: far more than any network has. */
const MOST_PARTS = 500_000;

interface Source {
  readonly bytes: ByteBuffer;
  parts: number;
}

/**
 * A table of a FlatBuffer from an untrusted source. The library finds fields and decodes numbers; this makes sure that nothing is read
 * outside the file, and that the count of parts is bounded, since tables may be named more than once. Fields are told by their place
 * in the schema. Every method throws an Error for what is damaged.
 */
export class FlatTable {
  readonly #source: Source;
  readonly #at: number;

  private constructor(source: Source, at: number) {
    const { bytes } = source;
    if (++source.parts > MOST_PARTS) throw new Error(`The file has more than ${MOST_PARTS} parts`);
    inside(bytes, at, 4);
    const fields = at - bytes.readInt32(at);
    inside(bytes, fields, 4);
    inside(bytes, fields, bytes.readUint16(fields));
    this.#source = source;
    this.#at = at;
  }

  /** The table that a file begins with; throws unless the file has this identifier. */
  static open(content: Uint8Array, identifier: string): FlatTable {
    const bytes = new ByteBuffer(content);
    if (content.length < 8 || !bytes.__has_identifier(identifier))
      throw new Error('The file is damaged: it has no beginning');
    return new FlatTable({ bytes, parts: 0 }, bytes.readInt32(0));
  }

  uint8(field: number, fallback = 0): number {
    const at = this.#field(field, 1);
    return at === undefined ? fallback : this.#source.bytes.readUint8(at);
  }

  flag(field: number): boolean {
    return this.uint8(field) !== 0;
  }

  int8(field: number, fallback = 0): number {
    const at = this.#field(field, 1);
    return at === undefined ? fallback : this.#source.bytes.readInt8(at);
  }

  int32(field: number, fallback = 0): number {
    const at = this.#field(field, 4);
    return at === undefined ? fallback : this.#source.bytes.readInt32(at);
  }

  uint32(field: number, fallback = 0): number {
    const at = this.#field(field, 4);
    return at === undefined ? fallback : this.#source.bytes.readUint32(at);
  }

  float32(field: number, fallback = 0): number {
    const at = this.#field(field, 4);
    return at === undefined ? fallback : this.#source.bytes.readFloat32(at);
  }

  /** A number of 64 bits without a sign. */
  uint64(field: number): number {
    const at = this.#field(field, 8);
    return at === undefined ? 0 : Number(this.#source.bytes.readUint64(at));
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  table(field: number): FlatTable | undefined {
    const at = this.#field(field, 4);
    return at === undefined ? undefined : this.#follow(at);
  }

  tables(field: number): FlatTable[] {
    const list = this.#list(field, 4);
    return Array.from({ length: list.length }, (_, index) => this.#follow(list.start + 4 * index));
  }

  texts(field: number): string[] {
    const list = this.#list(field, 4);
    return Array.from({ length: list.length }, (_, index) =>
      new TextDecoder().decode(this.#bytesAt(list.start + 4 * index)),
    );
  }

  int32s(field: number): number[] {
    const list = this.#list(field, 4);
    return Array.from({ length: list.length }, (_, index) => this.#source.bytes.readInt32(list.start + 4 * index));
  }

  float32s(field: number): number[] {
    const list = this.#list(field, 4);
    return Array.from({ length: list.length }, (_, index) => this.#source.bytes.readFloat32(list.start + 4 * index));
  }

  /** Whole numbers of 64 bits with a sign. */
  int64s(field: number): number[] {
    const list = this.#list(field, 8);
    return Array.from({ length: list.length }, (_, index) =>
      Number(this.#source.bytes.readInt64(list.start + 8 * index)),
    );
  }

  /** A view of a list of bytes; empty where there is none. */
  bytes(field: number): Uint8Array {
    const at = this.#field(field, 4);
    return at === undefined ? new Uint8Array() : this.#bytesAt(at);
  }

  #bytesAt(at: number): Uint8Array {
    const { start, length } = this.#listAt(at, 1);
    return this.#source.bytes.bytes().subarray(start, start + length);
  }

  #field(field: number, size: number): number | undefined {
    const offset = this.#source.bytes.__offset(this.#at, 4 + 2 * field);
    if (offset === 0) return undefined;
    inside(this.#source.bytes, this.#at + offset, size);
    return this.#at + offset;
  }

  #follow(at: number): FlatTable {
    return new FlatTable(this.#source, this.#source.bytes.__indirect(at));
  }

  #list(field: number, size: number): { readonly start: number; readonly length: number } {
    const at = this.#field(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const list = this.#listAt(at, size);
    this.#source.parts += list.length;
    if (this.#source.parts > MOST_PARTS) throw new Error(`The file has more than ${MOST_PARTS} parts`);
    return list;
  }

  #listAt(at: number, size: number): { readonly start: number; readonly length: number } {
    const { bytes } = this.#source;
    const list = bytes.__indirect(at);
    inside(bytes, list, 4);
    const length = bytes.readUint32(list);
    inside(bytes, list + 4, length * size);
    return { start: list + 4, length };
  }
}

function inside(bytes: ByteBuffer, at: number, length: number): void {
  if (!(at >= 0 && at + length <= bytes.capacity()))
    throw new Error(`The file is damaged: what stands at byte ${at} lies outside of it`);
}
