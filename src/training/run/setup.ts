import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { encodePng } from '../../formats/pictures/png';
import { object, possible } from '../../core/schema/kinds';
import { count } from '../../core/schema/numbers';
import { readIf } from '../../core/schema/schema';
import type { WatchedImages } from '../watch/watcher';
import { explainDisk } from './diskFailure';
import { FRAMES_FILE } from './framesFile';
import { FOLDERS, INITIAL_MODEL, watchedStem } from './layout';
import { damagedRun, hasOwn, ownFolder, removeTemporary, replaceFolder } from './ownFiles';
import type { RunRecord } from './record';
import { RECORD_FILE } from './recordFile';
import { openSections, writeSections } from './sections';

/** What is settled before the first minibatch and is not in the record. */
export interface RunSetup {
  /** Exactly as the network gets them. */
  readonly watched: WatchedImages | undefined;
  /** Of the engine; absent: its own choice. */
  readonly threads?: number;
}

const SETUP_FILE = 'setup.bin';
const setupFacts = object({ threads: possible(count) });

/** Throws `UserError('file-exists')` for a folder that holds anything, or a file. */
export async function requireVacant(folder: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw new UserError('file-exists', `A run cannot be put at ${folder}.`, 'Choose a new folder for the run.');
  }
  if (names.length > 0)
    throw new UserError(
      'file-exists',
      `The folder ${folder} is not empty.`,
      'Choose a new folder for the run, or continue the run that is there.',
    );
}

/** Makes the folder of a new run. Throws `UserError` `file-exists`, `file-unwritable`. */
export async function makeRunFolder(folder: string): Promise<void> {
  await requireVacant(folder);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'file-unwritable',
      `The folder ${folder} could not be made (${why}).`,
      'Choose another folder.',
    );
  }
}

/**
 * `work` in the folder of a new run, which holds nothing else but its lock: where it ends without a record of the run, for want of room or
 * otherwise, what was written is removed, so that the folder can be taken again. Throws `UserError('file-unwritable')` for that.
 */
export async function inNewFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await removeUnlessRun(folder);
    throw explainDisk(error, 'start again');
  }
  if (await removeUnlessRun(folder))
    throw new UserError(
      'file-unwritable',
      "The run's record could not be written.",
      'Make room there or allow writing, then start again.',
    );
  return result;
}

/** Whether there was no record, and what the run wrote is gone. */
async function removeUnlessRun(folder: string): Promise<boolean> {
  if (await hasOwn(folder, RECORD_FILE)) return false;
  await removeRun(folder);
  return true;
}

/** Removes what a run wrote into its folder, but for the lock. */
export async function removeRun(folder: string): Promise<void> {
  await removeTemporary(folder);
  for (const name of OWN_NAMES) await rm(path.join(folder, name), { recursive: true, force: true });
}

const OWN_NAMES = [...Object.values(FOLDERS), FRAMES_FILE, 'minibatches.csv', 'epochs.csv', RECORD_FILE];

/** Writes what a new run needs to go on later: its network as it begins and its watched images. */
export async function writeSetup(
  folder: string,
  { dataset, watched: facts }: RunRecord,
  { watched, threads }: RunSetup,
  saveNetwork: (folder: string) => Promise<void>,
): Promise<void> {
  const state = await ownFolder(folder, FOLDERS.state);
  await replaceFolder(state, INITIAL_MODEL, saveNetwork);
  const sections = watched ? [{ name: 'pixels', data: watched.pixels }] : [];
  await writeSections(state, SETUP_FILE, threads === undefined ? {} : { threads }, sections);
  if (!watched) return;
  const pictures = await ownFolder(folder, FOLDERS.watched);
  const { height, width, channels } = dataset.info;
  const values = height * width * channels;
  for (const [index, { name }] of facts.entries()) {
    const data = watched.pixels.subarray(index * values, (index + 1) * values);
    const png = await encodePng({ data, height, width, channels });
    await writeFile(path.join(pictures, `${watchedStem(index, name)}.png`), png, { flag: 'wx' });
  }
}

/** Reads it back. Throws `UserError('training-failed')`. */
export async function readSetup(folder: string, { dataset, watched }: RunRecord): Promise<RunSetup> {
  const { height, width, channels } = dataset.info;
  const sections = await openSections(path.join(folder, FOLDERS.state), SETUP_FILE);
  try {
    const facts = readIf(setupFacts, sections.facts);
    if (!facts) throw damagedRun(SETUP_FILE, 'names an impossible number of threads');
    const { threads } = facts;
    const images = watched.length;
    return {
      ...(threads !== undefined && { threads }),
      watched:
        images === 0
          ? undefined
          : {
              pixels: await sections.float32('pixels', 0, images * height * width * channels),
              labels: Uint16Array.from(watched, ({ label }) => label),
              count: images,
            },
    };
  } finally {
    await sections.close();
  }
}

/** The network as the run began with it. */
export function initialModelPath(folder: string): string {
  return path.join(folder, FOLDERS.state, INITIAL_MODEL, 'model.json');
}
