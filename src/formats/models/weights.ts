import type { JsonObject, JsonValue } from '../json/json';
import { arrayAt, numberAt, objectAt, stringAt } from '../json/json';
import { damaged, fileSize, readLimited, resolveInside } from './files';
import { MODEL_LIMITS } from '../../core/model/limits';

/** One array of weights, decoded: quantised ones are floats again. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly data: Float32Array | Int32Array | Uint8Array;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Weight['dtype'];
  readonly stored: StoredType;
  /** value = stored · scale + minimum. */
  readonly scale: number;
  readonly minimum: number;
  readonly size: number;
}

type StoredType = Weight['dtype'] | 'uint8' | 'uint16' | 'float16';

const BYTES: Readonly<Record<StoredType, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

interface WeightGroup {
  readonly paths: readonly string[];
  readonly entries: readonly WeightEntry[];
  readonly bytes: number;
}

/** The weights of a TensorFlow.js model and the bytes of its shards, in the order of its manifest (for hashing). */
export interface LoadedWeights {
  readonly weights: readonly Weight[];
  readonly shards: readonly Uint8Array[];
}

/**
 * Reads the shards that `weightsManifest` names from the model's own folder and decodes them.
 *
 * Every declared size is checked against the files before anything is allocated.
 * Throws `UserError('model-unreadable')` for missing, short, long or outside files and impossible declarations.
 */
export async function readWeights(json: JsonObject, folder: string): Promise<LoadedWeights> {
  const groups = (arrayAt(json, 'weightsManifest') ?? []).map(parseGroup);
  const declared = groups.reduce((sum, group) => sum + group.bytes, 0);
  const decoded = groups.flatMap(({ entries }) => entries).reduce((sum, { size }) => sum + 4 * size, 0);
  if (Math.max(declared, decoded) > MODEL_LIMITS.totalBytes)
    throw damaged('The model declares more than 2 GB of weights');
  const names = new Set<string>();
  for (const { name } of groups.flatMap((group) => group.entries)) {
    if (names.has(name)) throw damaged(`The weight ${name} is declared twice`);
    names.add(name);
  }
  if (groups.reduce((sum, group) => sum + group.paths.length, 0) > MODEL_LIMITS.shards) {
    throw damaged('The model names too many weight files');
  }
  const files = await Promise.all(groups.map((group) => locateShards(group, folder)));
  const weights: Weight[] = [];
  const shards: Uint8Array[] = [];
  for (const [index, group] of groups.entries()) {
    const bytes = new Uint8Array(group.bytes);
    let offset = 0;
    for (const file of files[index]!) {
      const shard = await readLimited(file, group.bytes - offset);
      bytes.set(shard, offset);
      offset += shard.length;
    }
    shards.push(bytes);
    weights.push(...decodeGroup(group, bytes));
  }
  return { weights, shards };
}

/** Names of float weights that hold NaN or infinity. */
export function nonFiniteWeights(weights: readonly Weight[]): string[] {
  return weights
    .filter(({ data }) => data instanceof Float32Array && !data.every(Number.isFinite))
    .map(({ name }) => name);
}

async function locateShards(group: WeightGroup, folder: string): Promise<string[]> {
  const files: string[] = [];
  let found = 0;
  for (const name of group.paths) {
    const file = await resolveInside(folder, name);
    const size = await fileSize(file);
    if (size === undefined) throw damaged(`The weight file ${name} is not a regular file`);
    files.push(file);
    found += size;
  }
  if (found !== group.bytes) {
    const list = group.paths.length === 1 ? group.paths[0]! : `${group.paths.length} weight files`;
    throw damaged(`${list}: ${found} bytes, but the model declares ${group.bytes}`);
  }
  return files;
}

function parseGroup(value: JsonValue): WeightGroup {
  const paths = arrayAt(value, 'paths');
  const entries = arrayAt(value, 'weights');
  if (!paths?.every((name) => typeof name === 'string') || entries === undefined) {
    throw damaged('The list of weight files (weightsManifest) is malformed');
  }
  const parsed = entries.map(parseEntry);
  return { paths, entries: parsed, bytes: parsed.reduce((sum, { size, stored }) => sum + size * BYTES[stored], 0) };
}

function parseEntry(value: JsonValue): WeightEntry {
  const name = stringAt(value, 'name');
  const shape = arrayAt(value, 'shape');
  if (name === undefined || shape === undefined) throw damaged('A weight has no name or no shape');
  const isDimension = (length: JsonValue): length is number => Number.isSafeInteger(length) && (length as number) >= 0;
  if (!shape.every(isDimension)) throw damaged(`The weight ${name} has an impossible shape`);
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(size <= MODEL_LIMITS.totalBytes)) throw damaged(`The weight ${name} is declared larger than 2 GB`);
  const dtype = stringAt(value, 'dtype') ?? 'float32';
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw damaged(`The weight ${name} has the unknown type ${JSON.stringify(dtype.slice(0, 40))}`);
  }
  const quantization = objectAt(value, 'quantization');
  if (quantization === undefined) return { name, shape, dtype, stored: dtype, scale: 1, minimum: 0, size };
  const stored = stringAt(quantization, 'dtype');
  const scale = numberAt(quantization, 'scale');
  const minimum = numberAt(quantization, 'min');
  if (stored === 'float16' && dtype === 'float32') return { name, shape, dtype, stored, scale: 1, minimum: 0, size };
  if ((stored !== 'uint8' && stored !== 'uint16') || scale === undefined || minimum === undefined || dtype === 'bool') {
    throw damaged(`The weight ${name} is quantised in a way that is not known`);
  }
  return { name, shape, dtype, stored, scale, minimum, size };
}

function decodeGroup(group: WeightGroup, bytes: Uint8Array): Weight[] {
  let offset = 0;
  return group.entries.map((entry) => {
    const length = entry.size * BYTES[entry.stored];
    const own = bytes.slice(offset, offset + length).buffer;
    offset += length;
    return { name: entry.name, shape: entry.shape, dtype: entry.dtype, data: decode(entry, own) };
  });
}

function decode({ dtype, stored, scale, minimum }: WeightEntry, buffer: ArrayBuffer): Weight['data'] {
  if (stored === 'float32') return new Float32Array(buffer);
  if (stored === 'int32') return new Int32Array(buffer);
  if (stored === 'bool') return new Uint8Array(buffer);
  if (stored === 'float16') return decodeFloat16(new Uint16Array(buffer));
  const codes = stored === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  if (dtype === 'int32') return Int32Array.from(codes, (code) => Math.round(code * scale + minimum));
  return Float32Array.from(codes, (code) => code * scale + minimum);
}

/** IEEE 754 half precision to single precision. */
export function decodeFloat16(codes: Uint16Array): Float32Array {
  return Float32Array.from(codes, (code) => {
    const sign = code & 0x8000 ? -1 : 1;
    const exponent = (code >> 10) & 0x1f;
    const fraction = code & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
