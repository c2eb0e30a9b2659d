import type { Dataset, File as H5File } from 'h5wasm';
import { mostUnpacked } from '../../archives/zip';
import { floats, sizeOf } from '../../../core/graph/tensor';
import type { FloatTensor } from '../layers/weightSource';

/** What is read of an HDF5 file. Paths are separated by `/`. */
export interface Hdf5File {
  /** Text of an attribute of a group, or its list of texts. Undefined: there is none. */
  readonly attribute: (path: string, name: string) => string | readonly string[] | undefined;
  /** A dataset of floats as float32. Undefined: there is none. Throws if it is larger than its file allows or not of floats. */
  readonly dataset: (path: string) => FloatTensor | undefined;
  /** Names in a group, at most 100,000. */
  readonly list: (path: string) => readonly string[];
  readonly close: () => void;
}

const LIMIT_BYTES = 2 * 1024 ** 3;
let counter = 0;

/**
 * Opens the bytes of an HDF5 file. The library (HDF5 compiled to WebAssembly) sees a memory of its own and no disk, so links
 * and storage outside the file lead nowhere. Throws an Error for what is not HDF5.
 */
export async function readHdf5(bytes: Uint8Array): Promise<Hdf5File> {
  const { File, Group, Dataset: DatasetClass, ready } = await import('h5wasm');
  const library = await ready;
  // Failures are reported by errors alone, not on the console as well.
  library.activate_throwing_error_handler();
  const { FS } = library;
  const name = `/model-${counter++}.h5`;
  // The library's file is this memory, which it only reads; its types do not know the choice.
  const owning: object = { canOwn: true };
  FS.writeFile(name, bytes, owning);
  let file: H5File;
  try {
    file = new File(name, 'r');
    if (file.keys().length === 0 && Object.keys(file.attrs).length === 0) throw new Error('It is empty');
  } catch (error) {
    FS.unlink(name);
    throw new Error(`The HDF5 file cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const room = { stored: bytes.length, unpacked: Math.min(LIMIT_BYTES, mostUnpacked(bytes.length)) };
  const find = (path: string): unknown => (path === '/' ? file : exists(file, path) ? file.get(path) : null);
  return {
    attribute: (path, attribute) => {
      const entity = find(path);
      if (!(entity instanceof Group)) return undefined;
      return textOf(Object.hasOwn(entity.attrs, attribute) ? entity.attrs[attribute]?.value : undefined);
    },
    dataset: (path) => {
      const entity = find(path);
      return entity instanceof DatasetClass ? floatsOf(entity, path, room) : undefined;
    },
    list: (path) => {
      const entity = find(path);
      return entity instanceof Group ? entity.keys().slice(0, 100_000) : [];
    },
    close: () => {
      file.close();
      FS.unlink(name);
    },
  };
}

/** The library fails for paths through groups that are not there. */
function exists(file: H5File, path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  let group: { readonly keys?: () => string[]; readonly get?: (name: string) => unknown } = file;
  for (const part of parts) {
    if (part === '.' || part === '..' || typeof group.keys !== 'function' || !group.keys().includes(part)) return false;
    const next = group.get?.(part);
    if (typeof next !== 'object' || next === null) return false;
    group = next;
  }
  return true;
}

function textOf(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}

/** `room`: bytes that datasets may still take, all together, as they are stored and unpacked. */
function floatsOf(dataset: Dataset, path: string, room: { stored: number; unpacked: number }): FloatTensor {
  const shape = dataset.shape ?? [];
  const { type, size } = dataset.metadata;
  const bytes = sizeOf(shape) * size;
  const kind = dataset.filters.length > 0 ? 'unpacked' : 'stored';
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || !(bytes <= LIMIT_BYTES))
    throw new Error(`The weights ${path} are declared larger than 2 GB`);
  if (bytes > room[kind]) throw new Error(`The weights ${path} are larger than their file`);
  room[kind] -= bytes;
  // 0: integers, 1: floats.
  if (type !== 1 && type !== 0) throw new Error(`The weights ${path} are not numbers`);
  const { value } = dataset;
  if (value instanceof Float32Array) return floats(shape, value) as FloatTensor;
  if (typeof value === 'number') return floats(shape, [value]) as FloatTensor;
  if (typeof value === 'bigint') return floats(shape, [Number(value)]) as FloatTensor;
  if (ArrayBuffer.isView(value) && 'length' in value)
    return floats(shape, Float32Array.from(value as unknown as ArrayLike<number | bigint>, Number)) as FloatTensor;
  throw new Error(`The weights ${path} are of a type that is not known`);
}
