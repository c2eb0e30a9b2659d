import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { isAlive } from '../isAlive';

/** Keeps a second process from writing into a run. */
export interface RunLock {
  /** Shows that this process is alive to those who cannot see it. */
  touch(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, where the system tells: a number may be given to another process later. */
  readonly born: string;
}

const LOCK_FILE = 'run.lock';

/** A lock of another machine that was not touched for so long has lost its process. */
const FOREIGN_SILENCE = 120_000;

/** A lock that says nothing is being written, unless it is older. */
const WRITING = 5000;

/** Locks a run folder. Throws `UserError('file-exists')` while a living process holds it. */
export async function lockRun(folder: string): Promise<RunLock> {
  const file = path.join(folder, LOCK_FILE);
  const own: Holder = { pid: process.pid, host: hostname(), born: birthOf(process.pid) };
  for (;;) {
    if (await create(file, JSON.stringify(own))) break;
    if (await isHeld(folder))
      throw new UserError(
        'file-exists',
        'This run is being trained by another process.',
        'Wait for it to end, or stop it there.',
      );
    // Moved and looked at again: of two processes that find the same stale lock, the second may have moved the first one's.
    const stale = `${file}.${process.pid}.stale`;
    await rename(file, stale).catch(() => undefined);
    if (await isHeldBy(stale)) await rename(stale, file);
    else await rm(stale, { force: true });
  }
  return {
    touch: async () => {
      const now = new Date();
      await utimes(file, now, now).catch(() => undefined);
    },
    release: () => unlockRun(folder),
  };
}

/** Whether the run in `folder` was locked by this process of this machine, living or not. */
export async function isLockOf(folder: string, pid: number): Promise<boolean> {
  const holder = await readFile(path.join(folder, LOCK_FILE), 'utf8').then(readHolder, () => undefined);
  return holder?.pid === pid && holder.host === hostname();
}

/** Takes the lock off a run. */
export function unlockRun(folder: string): Promise<void> {
  return rm(path.join(folder, LOCK_FILE), { force: true });
}

/** Whether a living process trains the run in `folder`. */
export function isHeld(folder: string): Promise<boolean> {
  return isHeldBy(path.join(folder, LOCK_FILE));
}

async function isHeldBy(file: string): Promise<boolean> {
  try {
    const holder = readHolder(await readFile(file, 'utf8'));
    const age = Date.now() - (await stat(file)).mtimeMs;
    if (holder === undefined) return age < WRITING;
    if (holder.host !== hostname()) return age < FOREIGN_SILENCE;
    return isAlive(holder.pid) && birthOf(holder.pid) === holder.born;
  } catch {
    return false;
  }
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(text).finally(() => handle.close());
    } catch (error) {
      // A lock that says nothing keeps others waiting.
      await rm(file, { force: true });
      throw error;
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    const { pid, host, born } = value ?? {};
    if (!Number.isSafeInteger(pid) || pid! <= 0 || typeof host !== 'string' || typeof born !== 'string')
      return undefined;
    return { pid: pid!, host, born };
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/pid/stat (proc(5)), after the name in brackets, which may hold anything; '' on other systems. */
function birthOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
