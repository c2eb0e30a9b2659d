import { rmdir } from 'node:fs/promises';
import { isLockOf, unlockRun } from './lock';
import { endedRecord } from './openRun';
import { hasOwn, removeTemporary } from './ownFiles';
import type { RunRecord } from './record';
import { RECORD_FILE } from './recordFile';
import { removeRun } from './setup';

/**
 * The record of a run whose process, `pid`, was ended in the middle, as its last kept state has it; the run can go on at once.
 * Undefined where that process had no run in the folder, or one without a state: what it wrote of a new one is removed, so that the
 * folder can be taken again.
 */
export async function leaveRun(folder: string, pid: number, isNew: boolean): Promise<RunRecord | undefined> {
  if (!(await isLockOf(folder, pid))) return undefined;
  const record = (await hasOwn(folder, RECORD_FILE)) ? await endedRecord(folder) : undefined;
  const isNothing = record === undefined && isNew;
  await (isNothing ? removeRun(folder) : removeTemporary(folder));
  await unlockRun(folder);
  // Only if nothing is in it.
  if (isNothing) await rmdir(folder).catch(() => undefined);
  return record;
}
