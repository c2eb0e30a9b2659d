import { frameBytes, imageSpan, readFrame, readImage, readStep } from '../frames/frameRecord';
import type { Frame, FrameImage } from '../frames/frames';
import type { FramesFile } from './framesFile';
import { FRAMES_FILE, framePosition, openFrames } from './framesFile';
import { damagedRun, readExactly } from './ownFiles';

export interface FramesRange {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

const MOST_FRAMES = 512;
/** Frames travel between processes. */
const MOST_BYTES = 64 * 1024 ** 2;
const CHUNK_BYTES = 4 * 1024 ** 2;

/**
 * Frames of a run by their place, from `from` to before `to`, every `stride`-th; at most 512, and fewer where they would take
 * more than 64 MB, but one at least. Places that are not there give nothing. Throws `UserError('training-failed')`.
 */
export async function readFrames(folder: string, { from, to, stride }: FramesRange): Promise<readonly Frame[]> {
  return withFrames(folder, async (file) => {
    const length = frameBytes(file.head);
    const most = Math.min(MOST_FRAMES, Math.max(1, Math.floor(MOST_BYTES / length)));
    const bytes = new Uint8Array(length);
    const frames: Frame[] = [];
    const step = Math.max(1, Math.floor(stride));
    for (let index = Math.max(0, Math.floor(from)); index < Math.min(to, file.count); index += step) {
      if (frames.length === most) break;
      if (!(await readExactly(file.handle, bytes, framePosition(file.head, index)))) break;
      frames.push(readFrame(bytes, file.head));
    }
    return frames;
  });
}

/** The minibatch of each frame. */
export async function readFrameSteps({ head, count, handle }: FramesFile): Promise<number[]> {
  const steps = Array.from({ length: count }, (_, index) => index * head.every * head.stride);
  const last = new Uint8Array(4);
  if (count > 0 && (await readExactly(handle, last, framePosition(head, count - 1)))) steps[count - 1] = readStep(last);
  return steps;
}

/** Gives `use` what each frame has of one watched image, in order. */
export async function eachImage(
  { head, count, handle }: FramesFile,
  image: number,
  use: (seen: FrameImage, index: number) => void,
): Promise<void> {
  const length = frameBytes(head);
  const { start, length: spanned } = imageSpan(head, image);
  const chunk = Math.max(1, Math.floor(CHUNK_BYTES / length));
  const bytes = new Uint8Array(Math.min(chunk, count) * length);
  for (let first = 0; first < count; first += chunk) {
    const read = Math.min(chunk, count - first);
    if (!(await readExactly(handle, bytes.subarray(0, read * length), framePosition(head, first))))
      throw damagedRun(FRAMES_FILE, 'ends too early');
    for (let place = 0; place < read; place++) {
      const at = place * length + start;
      use(readImage(bytes.subarray(at, at + spanned), head.size), first + place);
    }
  }
}

/** Opens the frames of a run for `use`. */
export async function withFrames<T>(folder: string, use: (file: FramesFile) => Promise<T>): Promise<T> {
  const file = await openFrames(folder);
  try {
    return await use(file);
  } finally {
    await file.handle.close();
  }
}
