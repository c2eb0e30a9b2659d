import type { FileHandle } from 'node:fs/promises';
import type { FrameLayout } from '../frames/frameRecord';
import { frameBytes, readStep } from '../frames/frameRecord';
import type { FramesHead } from './framesFile';
import { encodeHead, FRAMES_FILE, framePosition, HEAD_BYTES, openFrames } from './framesFile';
import { damagedRun, openForWriting, readExactly, replaceFile, writeAll } from './ownFiles';

/** Appends frames to `frames.bin`, within a number of bytes. */
export interface FramesWriter {
  /** Keeps a frame (its bytes are copied) if its turn has come; on the disk after the next flush. */
  append(frame: Uint8Array): Promise<void>;
  flush(): Promise<void>;
  /** Keeps the last frame whatever its turn, and closes. */
  close(last?: Uint8Array): Promise<void>;
}

export interface FramesPlan extends FrameLayout {
  readonly every: number;
  /** Bytes that the file may take; beyond, every second frame is dropped. At least three frames are kept. */
  readonly budget: number;
}

const BUFFER_BYTES = 1024 ** 2;

/**
 * The writer of a new run, or, with `continueAt`, of one that goes on after that many minibatches: later frames are dropped.
 * Throws `UserError('training-failed')` where the file there does not fit.
 */
export async function createFramesWriter(folder: string, plan: FramesPlan, continueAt?: number): Promise<FramesWriter> {
  const length = frameBytes(plan);
  const start = continueAt === undefined ? { stride: 1, count: 0 } : await fitExisting(folder, plan, continueAt);
  let head: FramesHead = { size: plan.size, images: plan.images, every: plan.every, stride: start.stride };
  /** Frames in the file and in the buffer. */
  let count = start.count;
  let handle = await openForWriting(folder, FRAMES_FILE);
  try {
    await writeAll(handle, encodeHead(head), 0);
    await handle.truncate(framePosition(head, count));
  } catch (error) {
    await handle.close();
    throw error;
  }

  const buffer = new Uint8Array(length * Math.max(1, Math.floor(BUFFER_BYTES / length)));
  let buffered = 0;

  async function flush(): Promise<void> {
    if (buffered === 0) return;
    const used = buffer.subarray(0, buffered * length);
    await writeAll(handle, used, framePosition(head, count - buffered));
    buffered = 0;
  }

  async function put(frame: Uint8Array): Promise<void> {
    if ((buffered + 1) * length > buffer.length) await flush();
    buffer.set(frame, buffered * length);
    buffered++;
    count++;
  }

  async function thin(): Promise<void> {
    await flush();
    const thinner = { ...head, stride: 2 * head.stride };
    const kept = Math.ceil(count / 2);
    await replaceFile(folder, FRAMES_FILE, (target) => copyEverySecond(handle, target, thinner, kept), {
      lasting: false,
    });
    await handle.close();
    handle = await openForWriting(folder, FRAMES_FILE);
    head = thinner;
    count = kept;
  }

  return {
    async append(frame) {
      if (readStep(frame) % (head.every * head.stride) !== 0) return;
      await put(frame);
      if (count > 3 && framePosition(head, count) > plan.budget) await thin();
    },
    flush,
    async close(last) {
      const newest = (count - 1) * head.every * head.stride;
      try {
        if (last !== undefined && readStep(last) > newest) await put(last);
        await flush();
      } finally {
        await handle.close();
      }
    },
  };
}

/** What of the existing file is of the first `step` minibatches. */
async function fitExisting(
  folder: string,
  plan: FramesPlan,
  step: number,
): Promise<{ readonly stride: number; readonly count: number }> {
  const { head, count, handle } = await openFrames(folder);
  await handle.close();
  const fits =
    head.size.height === plan.size.height &&
    head.size.width === plan.size.width &&
    head.images === plan.images &&
    head.every === plan.every;
  const wanted = Math.floor(step / (head.every * head.stride)) + 1;
  if (!fits || count < wanted) throw damagedRun(FRAMES_FILE, 'does not fit the run');
  return { stride: head.stride, count: wanted };
}

async function copyEverySecond(from: FileHandle, to: FileHandle, head: FramesHead, count: number): Promise<void> {
  const length = frameBytes(head);
  const frame = new Uint8Array(length);
  await writeAll(to, encodeHead(head), 0);
  for (let index = 0; index < count; index++) {
    if (!(await readExactly(from, frame, HEAD_BYTES + 2 * index * length)))
      throw damagedRun(FRAMES_FILE, 'ends too early');
    await writeAll(to, frame, framePosition(head, index));
  }
}
