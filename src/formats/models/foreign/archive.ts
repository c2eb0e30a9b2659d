import { open, type FileHandle } from 'node:fs/promises';
import {
  findZipDirectory,
  packedAt,
  readZipEntries,
  ZIP_LOCAL_HEADER,
  ZIP_TAIL,
  type ZipEntry,
} from '../../archives/zipDirectory';
import type { Foreign, Place } from './place';
import { foreignTorch, LONGEST_PICKLE } from './pytorch';

const LARGEST_DIRECTORY = 16 * 1024 ** 2;

/** What a zip archive is, unless it may be a Keras model. A damaged one is left to whoever reads it. */
export async function foreignArchive(place: Place): Promise<Foreign | undefined> {
  const handle = await open(place.file, 'r');
  try {
    const entries = await directory(handle).catch(() => []);
    const names = entries.map(({ name }) => name);
    if (names.length === 0 || names.includes('config.json')) return undefined;
    const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
    if (has(/(^|\/)archive_format$/) || has(/^serialized_exported_program\.json$/)) return exportedProgram(place.name);
    if (has(/(^|\/)data\.pkl$/)) {
      const isScript = has(/^[^/]+\/code\//);
      return foreignTorch(place, isScript, await pickle(handle, entries));
    }
    return packedModel(names);
  } finally {
    await handle.close();
  }
}

function exportedProgram(name: string): Foreign {
  return {
    what: 'is a program of torch.export',
    next: `Export it in Python: torch.onnx.export(torch.export.load("${name}"), f="model.onnx").`,
  };
}

/** Archives of several files, some of which may be models. */
function packedModel(names: readonly string[]): Foreign {
  const unpack = 'Unpack it, and choose the model among its files.';
  const inner = names.find((name) => /\.(onnx|keras|h5|tflite)$|(^|\/)model\.json$/i.test(name));
  if (inner !== undefined) return { what: `is a zip archive around ${inner}`, next: `Unpack it, and choose ${inner}.` };
  if (names.some((name) => /(^|\/)saved_model\.pb$/.test(name)))
    return { what: 'is a zip archive around a SavedModel of TensorFlow', next: unpack };
  if (names.some((name) => /^Model\/|TransformerChain/.test(name)))
    return {
      what: 'is a model of ML.NET',
      next: 'Export it there with mlContext.Model.ConvertToOnnx(model, data, stream).',
    };
  return { what: 'is a zip archive in which no model is found', next: unpack };
}

async function directory(handle: FileHandle): Promise<readonly ZipEntry[]> {
  const { size } = await handle.stat();
  const tail = await readAt(handle, Math.max(0, size - ZIP_TAIL), Math.min(size, ZIP_TAIL));
  const { at, length, count } = findZipDirectory(tail, size);
  return readZipEntries(await readAt(handle, at, Math.min(length, LARGEST_DIRECTORY)), count);
}

/** The beginning of the objects that a file of PyTorch holds, as they are stored; empty where they are packed. */
async function pickle(handle: FileHandle, entries: readonly ZipEntry[]): Promise<Uint8Array> {
  const entry = entries.find(({ name }) => /(^|\/)data\.pkl$/.test(name));
  if (entry?.method !== 'stored') return new Uint8Array();
  try {
    const start = packedAt(await readAt(handle, entry.offset, ZIP_LOCAL_HEADER), entry);
    return await readAt(handle, start, Math.min(entry.size, LONGEST_PICKLE));
  } catch {
    return new Uint8Array();
  }
}

async function readAt(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
