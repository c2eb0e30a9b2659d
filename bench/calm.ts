import { readFileSync } from 'node:fs';
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Processor time used so far, in clock ticks: by all, and by one process. */
interface Ticks {
  readonly all: number;
  readonly own: number;
  readonly at: number;
}

const TICK_MS = 10;
const POLL_MS = 25;

/**
 * Share of the machine's cores that other processes than `pid` (and this one) took while `action` ran; undefined where the system
 * does not tell (only Linux does).
 */
export async function shareOfOthers<T>(
  pid: number,
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly others: number | undefined }> {
  const before = readTicks(pid);
  const result = await action();
  const after = readTicks(pid);
  if (before === undefined || after === undefined) return { result, others: undefined };
  const used = after.all - before.all - (after.own - before.own);
  const room = ((after.at - before.at) / TICK_MS) * os.availableParallelism();
  return { result, others: Math.max(0, used / Math.max(1, room)) };
}

/** Waits until nothing else wants a core, at most `limitMs`. */
export async function waitForCalm(limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    await pause(POLL_MS);
    const running = readRunning();
    if (running === undefined || running <= 1) return;
  }
}

function readTicks(pid: number): Ticks | undefined {
  try {
    const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.trim().split(/\s+/);
    const [user, nice, system, , , interrupt, soft, stolen] = fields.map((field) => Number(field));
    const all = user! + nice! + system! + interrupt! + soft! + stolen!;
    return { all, own: ticksOf(pid) + ticksOf(process.pid), at: performance.now() };
  } catch {
    return undefined;
  }
}

function ticksOf(pid: number): number {
  // The name in brackets may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Processes that want a core now, this one included. */
function readRunning(): number | undefined {
  try {
    return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[3]!.split('/')[0]);
  } catch {
    return undefined;
  }
}
