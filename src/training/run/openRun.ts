import path from 'node:path';
import { decodePicture } from '../../formats/pictures/decode';
import type { Picture } from '../../core/image/pixels';
import { frameSizeOf } from '../watch/shrink';
import type { History, RunContents } from './contents';
import { FRAMES_FILE } from './framesFile';
import { readHistory } from './historyFile';
import { checkpointStep, FOLDERS, watchedStem } from './layout';
import { isHeld } from './lock';
import { damagedRun, hasOwn, namesIn, readOwn } from './ownFiles';
import { readFrameSteps, withFrames } from './readFrames';
import type { RunRecord } from './record';
import { readRecord } from './recordFile';
import type { RunState } from './stateFile';
import { readState, STATE_FILE } from './stateFile';

const LARGEST_PICTURE = 64 * 1024 ** 2;
const NO_HISTORY: History = { loss: new Float32Array(), accuracy: new Float32Array() };

/**
 * What a run's folder holds; also while it is trained, then as of the last lines that were written. A run whose process ended
 * without a word is `stopped`. Throws `UserError('training-failed')` for a folder that is not a run's.
 */
export async function openRun(folder: string): Promise<RunContents> {
  const record = await readRecord(folder);
  const state = await keptState(folder);
  const isLive = await isHeld(folder);
  const actual = isLive ? record : afterDeath(record, state);
  return {
    folder,
    record: actual,
    history: (await hasOwn(folder, 'minibatches.csv')) ? await readHistory(folder) : NO_HISTORY,
    pictures: await Promise.all(record.watched.map(({ name }, index) => readPicture(folder, record, index, name))),
    frames: await readFrameFacts(folder, record),
    checkpoints: (await namesIn(folder, FOLDERS.checkpoints))
      .map(checkpointStep)
      .filter((step) => step !== undefined)
      .sort((a, b) => a - b),
    continuable: !isLive && isContinuable(actual, state),
  };
}

/** The record of a run whose process ended in the middle; undefined where it had no state yet. Throws `UserError('training-failed')`. */
export async function endedRecord(folder: string): Promise<RunRecord | undefined> {
  const record = await readRecord(folder);
  const state = await keptState(folder);
  return state && afterDeath(record, state);
}

/** Whether a run that nobody trains can go on. */
export function isContinuable({ status, diverged, steps }: RunRecord, state: RunState | undefined): boolean {
  return status !== 'finished' && diverged !== true && state !== undefined && state.step <= steps;
}

/** The kept state of a run; undefined where there is none that can be read. */
export async function keptState(folder: string): Promise<RunState | undefined> {
  if (!(await hasOwn(path.join(folder, FOLDERS.state), STATE_FILE))) return undefined;
  return readState(path.join(folder, FOLDERS.state)).catch(() => undefined);
}

function afterDeath(record: RunRecord, state: RunState | undefined): RunRecord {
  if (record.status !== 'running' && record.status !== 'paused') return record;
  const step = state?.step ?? 0;
  const next = state ? `The run can be continued from minibatch ${step}.` : 'Start it again.';
  return { ...record, status: 'stopped', step, message: `The training process ended before the run did. ${next}` };
}

async function readPicture(folder: string, record: RunRecord, index: number, name: string): Promise<Picture> {
  const file = `${watchedStem(index, name)}.png`;
  const bytes = await readOwn(path.join(folder, FOLDERS.watched), file, LARGEST_PICTURE);
  const picture = await decodePicture(bytes, { name: file });
  const { height, width } = record.dataset.info;
  if (picture.height !== height || picture.width !== width) throw damagedRun(file, 'is of another size');
  return picture;
}

async function readFrameFacts(
  folder: string,
  { watched, dataset, options }: RunRecord,
): Promise<RunContents['frames']> {
  const size = frameSizeOf(dataset.info, options.watch.frameSide);
  if (watched.length === 0 || !(await hasOwn(folder, FRAMES_FILE))) return { size, steps: [] };
  return withFrames(folder, async (file) => {
    if (file.head.images !== watched.length) throw damagedRun(FRAMES_FILE, 'is of other images');
    return { size: file.head.size, steps: await readFrameSteps(file) };
  });
}
