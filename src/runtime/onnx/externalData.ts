import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep, win32 } from 'node:path';
import { UserError } from '../../core/errors';
import { isPointer } from '../../formats/models/foreign/foreign';
import type { ExternalData } from '../../formats/models/onnx/onnxTensor';

/** Largest tensor that is read from a file beside the model; a typed array of more cannot be had everywhere. */
const LARGEST_TENSOR = 2 ** 31 - 1;

/** Without waiting for the other end of a named pipe, where the system has such. */
const READ = constants.O_RDONLY | ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0);
/** Tensors may share bytes, but not so that a small file fills the memory. */
const SHARING = 2;

/**
 * Reads tensors that an ONNX file keeps in other files of its own folder.
 *
 * Refused with an Error: absolute locations, locations that leave the folder (by `..` or by a link), what is no regular file,
 * ranges that reach past the end of the file, and
 * many tensors made of the same bytes. Nothing is allocated before the range is known to exist.
 */
export function externalDataIn(folder: string): ExternalData {
  const root = realpathSync(folder);
  const check = opening(root, () => undefined);
  const read = opening(root, (file, location, offset, length) => {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) throw new Error(`The external data ${shown(location)} end too early`);
      done += count;
    }
    return bytes;
  });
  return Object.assign(read, { check });
}

/** Does something with files whose ranges may be read, and keeps account of what was asked of each. */
function opening<T>(
  root: string,
  use: (file: number, location: string, offset: number, length: number) => T,
): (location: string, offset: number, length: number) => T {
  const taken = new Map<string, number>();
  return (location, offset, length) => {
    const path = insideFolder(root, location);
    const file = openSync(path, READ);
    try {
      const status = fstatSync(file);
      if (!status.isFile()) throw new Error(`The external data ${shown(location)} are not a file`);
      if (status.size <= LONGEST_POINTER) refusePointer(file, location);
      if (!isSize(offset) || !isSize(length) || length > LARGEST_TENSOR || offset + length > status.size)
        throw new Error(`The external data ${shown(location)} end before byte ${offset + length}`);
      const total = (taken.get(path) ?? 0) + length;
      if (total > SHARING * status.size)
        throw new Error(`The external data ${shown(location)} are used by more tensors than they can hold`);
      taken.set(path, total);
      return use(file, location, offset, length);
    } finally {
      closeSync(file);
    }
  };
}

function insideFolder(root: string, location: string): string {
  if (location === '' || location.includes('\0') || isAbsolute(location) || win32.isAbsolute(location))
    throw new Error(`The external data ${shown(location)} do not lie beside the model`);
  const wanted = resolve(root, location);
  if (leaves(root, wanted)) throw new Error(`The external data ${shown(location)} lie outside the model's folder`);
  let path: string;
  try {
    path = realpathSync(wanted);
  } catch {
    throw new UserError(
      'model-unreadable',
      `The model keeps its weights in a second file, ${shown(location)}, which is missing.`,
      'Put it beside the model under that name: it was written, or is to be downloaded, together with it.',
    );
  }
  if (leaves(root, path)) throw new Error(`The external data ${shown(location)} lie outside the model's folder`);
  return path;
}

/** What Git LFS leaves in the place of a file that was not fetched is shorter. */
const LONGEST_POINTER = 1024;

function refusePointer(file: number, location: string): void {
  const head = new Uint8Array(LONGEST_POINTER);
  if (!isPointer(head.subarray(0, readSync(file, head, 0, LONGEST_POINTER, 0)))) return;
  throw new UserError(
    'model-unreadable',
    `The model keeps its weights in a second file, ${shown(location)}, which is a Git LFS pointer: the weights themselves were not downloaded.`,
    'Fetch them with “git lfs pull”, or download that file itself.',
  );
}

function leaves(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function shown(location: string): string {
  return JSON.stringify(location.slice(0, 100));
}
