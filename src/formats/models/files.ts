import type { Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { foreignFolder } from './foreign/foreign';
import { MODEL_LIMITS } from '../../core/model/limits';

/** Absolute path of the model's main file; a folder stands for the `model.json` in it. Throws `UserError('file-missing')`. */
export async function resolveModelFile(modelPath: string): Promise<string> {
  let file = path.resolve(modelPath);
  let facts = await statOrUndefined(file);
  if (facts?.isDirectory()) {
    const folder = file;
    file = path.join(folder, 'model.json');
    facts = await statOrUndefined(file);
    if (facts === undefined) throw await noModelIn(folder);
  }
  if (facts === undefined)
    throw new UserError('file-missing', `There is no model at ${file}.`, 'Check the path of the model.');
  requireRegularFile(facts, file, MODEL_LIMITS.totalBytes);
  return file;
}

/** Of a folder without a model.json: a run holds its model in a folder, and other files may be models themselves. */
async function noModelIn(folder: string): Promise<UserError> {
  const ofRun = path.join(folder, 'model', 'model.json');
  const missing = (message: string, hint: string): UserError => new UserError('file-missing', message, hint);
  if ((await statOrUndefined(ofRun))?.isFile())
    return missing(`${folder} is a folder around a model, not the model itself.`, `Choose ${ofRun}.`);
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => MODEL_FILE.test(name)).sort();
  if (files.length === 0) files.push(...(await exportedInto(folder, 'onnx')));
  if (files.length > 0)
    return missing(
      `${folder} is a folder without a model.json.`,
      `Choose one of the models in it, such as ${path.join(folder, files[0]!)}.`,
    );
  const foreign = foreignFolder(folder, names);
  if (foreign !== undefined)
    return new UserError('model-unsupported', `${path.basename(folder)} ${foreign.what}.`, foreign.next);
  return missing(
    `There is no model in the folder ${folder}.`,
    'Choose a model file (.onnx, .keras, .h5, .tflite), or the model.json of a TensorFlow.js model or its folder.',
  );
}

/** Repositories of Hugging Face keep what was exported in a folder of its own. */
async function exportedInto(folder: string, name: string): Promise<string[]> {
  const files = await readdir(path.join(folder, name)).catch((): string[] => []);
  const whole = files.includes('model.onnx') ? ['model.onnx'] : files.filter((file) => MODEL_FILE.test(file)).sort();
  return whole.map((file) => path.join(name, file));
}

const MODEL_FILE = /\.(onnx|keras|h5|hdf5|tflite)$/i;

/** A whole file of at most `limit` bytes. Throws `UserError('model-unreadable')`. */
export async function readLimited(file: string, limit: number): Promise<Uint8Array> {
  const facts = await statOrUndefined(file);
  if (facts === undefined) throw damaged(`${path.basename(file)} is missing`);
  requireRegularFile(facts, file, limit);
  return readFile(file);
}

/** Size in bytes of a regular file, or undefined if there is none. */
export async function fileSize(file: string): Promise<number | undefined> {
  const facts = await statOrUndefined(file);
  return facts?.isFile() ? facts.size : undefined;
}

/**
 * Absolute path of a file that a model names, which must lie in the model's own folder: plain relative names only, and no
 * symbolic link that leads out. Throws `UserError('model-unreadable')`.
 */
export async function resolveInside(folder: string, name: string): Promise<string> {
  const plain =
    name !== '' &&
    !name.includes('\0') &&
    !/^[a-z][a-z0-9+.-]*:/i.test(name) &&
    !path.posix.isAbsolute(name) &&
    !path.win32.isAbsolute(name) &&
    !name.split(/[\\/]/).includes('..');
  if (!plain)
    throw damaged(`The model names the file ${JSON.stringify(name.slice(0, 200))}, which is not in its own folder`);
  const file = path.join(folder, name);
  let real: string;
  try {
    real = await realpath(file);
  } catch {
    throw damaged(`The weight file ${name} is missing`);
  }
  const inside = path.relative(await realpath(folder), real);
  if (inside.startsWith('..') || path.isAbsolute(inside)) {
    throw damaged(`The file ${name} is a link that leads out of the model's folder`);
  }
  return real;
}

/** The failure of a model whose files do not fit together. */
export function damaged(message: string): UserError {
  return new UserError(
    'model-unreadable',
    `${message}.`,
    'Copy or export the model again with all of its files in one folder.',
  );
}

function requireRegularFile(facts: Stats, file: string, limit: number): void {
  if (!facts.isFile()) throw damaged(`${path.basename(file)} is not a regular file`);
  if (facts.size > limit) {
    const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
    throw damaged(
      `${path.basename(file)} has ${megabytes(facts.size)}, more than the ${megabytes(limit)} that are read`,
    );
  }
}

async function statOrUndefined(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch {
    return undefined;
  }
}
