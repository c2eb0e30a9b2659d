import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { orderBySteps } from './order';

/** The checkpoints of a folder in the order of training, and what was passed over. */
export interface CheckpointFolder {
  /** Absolute paths: model files, or folders with a model.json. */
  readonly paths: readonly string[];
  /** One sentence each. */
  readonly warnings: readonly string[];
}

const MODEL_FILE = /\.(onnx|keras|h5|hdf5|tflite)$/i;
const MOST_ENTRIES = 100_000;
const MOST_CHECKPOINTS = 10_000;

/**
 * The models in `folder`, or in the `checkpoints` folder of a training run: files .onnx, .keras, .h5, .tflite and folders with a model.json,
 * ordered by {@link orderBySteps}. Hidden files and what cannot be looked at are passed over. Throws `UserError`: `file-missing`
 * where there is no such folder or no checkpoint in it, `usage` where there are too many.
 */
export async function findCheckpoints(folder: string): Promise<CheckpointFolder> {
  const root = path.resolve(folder);
  const own = path.join(root, 'checkpoints');
  const isRun = (await kindOf(path.join(root, 'run.json'))) === 'file' && (await kindOf(own)) === 'folder';
  const place = isRun ? own : root;
  const found = await kindOf(place);
  if (found !== 'folder') throw noFolder(folder, found);
  const names: string[] = [];
  const warnings: string[] = [];
  for (const name of await listNames(place)) {
    const file = path.join(place, name);
    const kind = await kindOf(file);
    if (kind === 'folder' ? (await kindOf(path.join(file, 'model.json'))) === 'file' : isModelFile(name, kind))
      names.push(name);
    else if (kind === 'absent' && MODEL_FILE.test(name))
      warnings.push(`${printable(name)} cannot be read and is left out.`);
  }
  if (names.length === 0) throw nothingFound(folder, (await kindOf(path.join(place, 'model.json'))) === 'file');
  if (names.length > MOST_CHECKPOINTS)
    throw new UserError(
      'usage',
      `"${folder}" holds ${names.length} checkpoints, more than the ${MOST_CHECKPOINTS} that are summed.`,
      'Choose a folder with fewer, such as every tenth.',
    );
  return { paths: orderBySteps(names).map((name) => path.join(place, name)), warnings: [...warnings, ...mixed(names)] };
}

/** A name without control characters and of bounded length, fit for a message. */
export function printable(name: string): string {
  const shown = name.replace(/\p{C}/gu, '�');
  return `"${shown.length > 100 ? `${shown.slice(0, 99)}…` : shown}"`;
}

async function listNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      if (names.length >= MOST_ENTRIES) break;
      if (!name.startsWith('.')) names.push(name);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('file-missing', `"${folder}" cannot be listed (${reason}).`, 'Check that it may be read.');
  }
  return names;
}

type Kind = 'file' | 'folder' | 'other' | 'absent';

async function kindOf(file: string): Promise<Kind> {
  try {
    const facts = await stat(file);
    return facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'absent';
  }
}

function isModelFile(name: string, kind: Kind): boolean {
  return kind === 'file' && MODEL_FILE.test(name);
}

/** One training seldom saves in two formats: the same configuration may be counted twice. */
function mixed(names: readonly string[]): string[] {
  const formats = new Set(names.map((name) => MODEL_FILE.exec(name)?.[1]?.toLowerCase() ?? 'model.json'));
  if (formats.size < 2) return [];
  return [
    `The folder holds checkpoints of several formats (${[...formats].sort().join(', ')}); all of them are summed.`,
  ];
}

function noFolder(folder: string, found: Kind): UserError {
  const what =
    found === 'absent'
      ? `There is no folder "${folder}".`
      : `"${folder}" is a file, and checkpoints of a training lie in a folder.`;
  return new UserError('file-missing', what, 'Choose a run, or the folder that holds the checkpoints.');
}

function nothingFound(folder: string, isModel: boolean): UserError {
  return new UserError(
    'file-missing',
    isModel ? `"${folder}" is one model, not a folder of checkpoints.` : `There are no checkpoints in "${folder}".`,
    isModel
      ? 'Choose the folder above it, which holds a folder like it for each checkpoint.'
      : 'Checkpoints are .onnx, .keras, .h5 or .tflite files, or folders with a model.json.',
  );
}
