import { setImmediate } from 'node:timers/promises';

/**
 * What Ctrl-C does in a program that has a way to end of its own. Node tells a program of the signal between two turns of its event
 * loop, and ONNX Runtime, TensorFlow.js and the making of derivatives hold the loop for as long as they take, or for ever. While
 * something may do so nobody listens, and the system ends the process at once, as it ends any other (a shell reports 130).
 */
let handler: (() => void) | undefined;
let holders = 0;
let waiters = 0;
let isListening = false;

/** Calls `handle` at each Ctrl-C that comes while the thread is free; the returned function ends that. */
export function onInterrupt(handle: () => void): () => void {
  handler = handle;
  listen();
  return () => {
    handler = undefined;
    listen();
  };
}

/** Runs `work`, which may hold the thread. */
export async function holdingThread<T>(work: () => Promise<T>): Promise<T> {
  // A signal that came while something else held the thread is read in the next whole turn; it would be lost with the listener.
  // The first of the two only ends the turn that has begun, whose signals may have been read before.
  if (isListening) {
    await setImmediate();
    await setImmediate();
  }
  holders++;
  listen();
  try {
    return await work();
  } finally {
    holders--;
    listen();
  }
}

/** Runs `work`, a part of what may hold the thread that only waits, as for another process. */
export async function leavingThread<T>(work: () => Promise<T>): Promise<T> {
  waiters++;
  listen();
  try {
    return await work();
  } finally {
    waiters--;
    listen();
  }
}

function listen(): void {
  const wanted = handler !== undefined && (holders === 0 || waiters > 0);
  if (wanted === isListening) return;
  isListening = wanted;
  if (wanted) process.on('SIGINT', interrupted);
  else process.off('SIGINT', interrupted);
}

function interrupted(): void {
  handler?.();
}
