import type { FileHandle } from 'node:fs/promises';
import { damagedRun, openOwn, readExactly, replaceFile, writeAll } from './ownFiles';

/** A file of named arrays with a JSON head: what a run needs to go on, replaced as a whole. */
export interface Sections {
  /** JSON object; unchecked. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** `length` values of an array from `start` on. Throws `UserError('training-failed')` where there are not so many. */
  float32(name: string, start: number, length: number): Promise<Float32Array>;
  float64(name: string, start: number, length: number): Promise<Float64Array>;
  close(): Promise<void>;
}

export interface Section {
  readonly name: string;
  readonly data: Float32Array | Float64Array;
}

interface Place {
  readonly name: string;
  readonly type: 'float32' | 'float64';
  readonly length: number;
}

const MAGIC = 'GLSTATE1';
const PREFIX = 16;
const LARGEST_HEAD = 8 * 1024 ** 2;
const BYTES = { float32: 4, float64: 8 } as const;

/** Writes sections and facts in the place of `name`; on the disk when it settles. Little-endian machines only, as Node's are. */
export async function writeSections(
  folder: string,
  name: string,
  facts: Readonly<Record<string, unknown>>,
  sections: readonly Section[],
): Promise<void> {
  const places = sections.map(({ name: section, data }): Place => ({
    name: section,
    type: data instanceof Float32Array ? 'float32' : 'float64',
    length: data.length,
  }));
  const head = new TextEncoder().encode(JSON.stringify({ facts, sections: places }));
  const prefix = new Uint8Array(PREFIX);
  prefix.set(new TextEncoder().encode(MAGIC));
  new DataView(prefix.buffer).setUint32(8, head.length, true);
  await replaceFile(
    folder,
    name,
    async (handle) => {
      await writeAll(handle, prefix);
      await writeAll(handle, head);
      for (const { data } of sections)
        await writeAll(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    },
    { lasting: true },
  );
}

/** Opens what {@link writeSections} wrote. Throws `UserError('training-failed')` for anything else, cut files included. */
export async function openSections(folder: string, name: string): Promise<Sections> {
  const handle = await openOwn(folder, name);
  try {
    return await readHead(handle, name);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHead(handle: FileHandle, name: string): Promise<Sections> {
  const prefix = new Uint8Array(PREFIX);
  const isWhole = await readExactly(handle, prefix, 0);
  if (!isWhole || new TextDecoder('latin1').decode(prefix.subarray(0, MAGIC.length)) !== MAGIC)
    throw damagedRun(name, 'does not hold the state of a run');
  const length = new DataView(prefix.buffer).getUint32(8, true);
  const { size } = await handle.stat();
  if (length > LARGEST_HEAD || PREFIX + length > size) throw damagedRun(name, 'is cut off');
  const head = new Uint8Array(length);
  await readExactly(handle, head, PREFIX);
  const { facts, sections } = parseHead(head, name);
  const starts = new Map<string, Place & { readonly position: number }>();
  let position = PREFIX + length;
  for (const place of sections) {
    starts.set(place.name, { ...place, position });
    position += place.length * BYTES[place.type];
  }
  if (position !== size) throw damagedRun(name, 'is cut off');

  async function read(section: string, type: Place['type'], start: number, count: number): Promise<ArrayBuffer> {
    const place = starts.get(section);
    if (place?.type !== type || start < 0 || start + count > place.length)
      throw damagedRun(name, `does not hold ${count} values of "${section}"`);
    const bytes = new Uint8Array(count * BYTES[type]);
    if (!(await readExactly(handle, bytes, place.position + start * BYTES[type]))) throw damagedRun(name, 'is cut off');
    return bytes.buffer;
  }

  return {
    facts,
    float32: async (section, start, count) => new Float32Array(await read(section, 'float32', start, count)),
    float64: async (section, start, count) => new Float64Array(await read(section, 'float64', start, count)),
    close: () => handle.close(),
  };
}

function parseHead(
  bytes: Uint8Array,
  name: string,
): { readonly facts: Readonly<Record<string, unknown>>; readonly sections: readonly Place[] } {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damagedRun(name, 'has a head that is not JSON');
  }
  if (isRecord(head) && isRecord(head.facts) && Array.isArray(head.sections) && head.sections.every(isPlace))
    return { facts: head.facts, sections: head.sections };
  throw damagedRun(name, 'has a head that is not a state');
}

function isPlace(value: unknown): value is Place {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    (value.type === 'float32' || value.type === 'float64') &&
    Number.isSafeInteger(value.length) &&
    (value.length as number) >= 0
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
