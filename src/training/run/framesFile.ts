import type { FileHandle } from 'node:fs/promises';
import { MOST_WATCHED } from '../options';
import type { FrameLayout } from '../frames/frameRecord';
import { frameBytes } from '../frames/frameRecord';
import { damagedRun, openOwn, readExactly } from './ownFiles';

/** Head of `frames.bin`; the frames follow, all of one length. */
export interface FramesHead extends FrameLayout {
  /** Minibatches between two looks. */
  readonly every: number;
  /** Every how many-th look is kept: frame i is of minibatch i · every · stride, but the last, which may be of any later one. */
  readonly stride: number;
}

export const FRAMES_FILE = 'frames.bin';
export const HEAD_BYTES = 64;
const MAGIC = 'GLFRAMES';
const VERSION = 1;
const LARGEST_SIDE = 4096;

/** An open `frames.bin`. */
export interface FramesFile {
  readonly head: FramesHead;
  /** Whole frames; what was cut off at the end does not count. */
  readonly count: number;
  readonly handle: FileHandle;
}

export function encodeHead({ size, images, every, stride }: FramesHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  [VERSION, size.height, size.width, images, every, stride].forEach((value, index) =>
    view.setUint32(8 + 4 * index, value, true),
  );
  return bytes;
}

/** Opens a run's frames. Throws `UserError('training-failed')` for a missing or foreign file. */
export async function openFrames(folder: string): Promise<FramesFile> {
  const handle = await openOwn(folder, FRAMES_FILE);
  try {
    const head = await readHead(handle);
    const { size } = await handle.stat();
    return { head, count: Math.floor((size - HEAD_BYTES) / frameBytes(head)), handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Where frame `index` begins. */
export function framePosition(head: FramesHead, index: number): number {
  return HEAD_BYTES + index * frameBytes(head);
}

async function readHead(handle: FileHandle): Promise<FramesHead> {
  const bytes = new Uint8Array(HEAD_BYTES);
  const whole = await readExactly(handle, bytes, 0);
  if (!whole || new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    throw damagedRun(FRAMES_FILE, 'does not hold frames of a run');
  const view = new DataView(bytes.buffer);
  const [version, height, width, images, every, stride] = Array.from({ length: 6 }, (_, index) =>
    view.getUint32(8 + 4 * index, true),
  ) as [number, number, number, number, number, number];
  if (version !== VERSION) throw damagedRun(FRAMES_FILE, `is of version ${version}, which this program does not know`);
  const isSide = (side: number) => side >= 1 && side <= LARGEST_SIDE;
  if (!isSide(height) || !isSide(width) || images < 1 || images > MOST_WATCHED || every < 1 || stride < 1)
    throw damagedRun(FRAMES_FILE, 'declares sizes that are not possible');
  return { size: { height, width }, images, every, stride };
}
