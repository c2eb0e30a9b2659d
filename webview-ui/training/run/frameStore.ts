import type { Frame } from '../../../src/training/frames/frames';
import type { FromTraining } from '../../../src/protocol/training';
import { type Chunk, framesPerChunk, planChunk, planWhole } from '../logic/chunks';
import { createFrameCache } from '../logic/frameCache';
import type { FrameIndex } from '../logic/frameIndex';

/** The frames of a run: the latest ones kept, the others fetched from the host in chunks. */
export interface FrameStore {
  readonly get: (step: number) => Frame | undefined;
  readonly add: (frame: Frame) => void;
  readonly forgetAfter: (step: number) => void;
  /** Fetches what is missing at `place` and, every `stride`-th, ahead of it; the latest wish counts. */
  readonly want: (steps: FrameIndex, place: number, stride: number) => void;
  readonly received: (request: number, frames: readonly Frame[]) => void;
  /** At most `most` frames of the whole run, evenly spaced, a chunk at a time. */
  readonly whole: (count: number, most: number) => AsyncGenerator<readonly Frame[]>;
  readonly dispose: () => void;
}

interface FrameStoreEvents {
  readonly post: (message: FromTraining) => void;
  readonly isUsable: (frame: Frame) => boolean;
  /** Frames are there that were asked for by their places `chunk`: their steps tell what the host really keeps. */
  readonly loaded: (chunk: Chunk, frames: readonly Frame[]) => void;
}

const MOST_BYTES = 192 * 1024 ** 2;
/** After this a reply is no longer expected. */
const PATIENCE_MILLISECONDS = 15_000;

interface Wish {
  readonly steps: FrameIndex;
  readonly place: number;
  readonly stride: number;
}

let lastRequest = 0;

export function createFrameStore(bytesPerFrame: number, { post, isUsable, loaded }: FrameStoreEvents): FrameStore {
  const cache = createFrameCache(MOST_BYTES);
  const perChunk = framesPerChunk(bytesPerFrame);
  /** The chunk that is under way for scrubbing: one at a time. */
  let pending: { readonly request: number; readonly chunk: Chunk } | undefined;
  let wish: Wish | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The start of a chunk that brought nothing: asking again would bring nothing again. */
  let barren = -1;
  const waiting = new Map<number, { resolve: (frames: readonly Frame[]) => void; reject: (error: Error) => void }>();

  function send(chunk: Chunk): number {
    lastRequest += 1;
    post({ type: 'frames', request: lastRequest, ...chunk });
    return lastRequest;
  }

  function next(): void {
    if (pending !== undefined || wish === undefined) return;
    const { steps, place, stride } = wish;
    const chunk = planChunk(steps, cache.has, place, stride, perChunk);
    if (chunk === undefined || chunk.from === barren) return;
    pending = { request: send(chunk), chunk };
    clearTimeout(timer);
    timer = setTimeout(() => {
      pending = undefined;
    }, PATIENCE_MILLISECONDS);
  }

  function ask(chunk: Chunk): Promise<readonly Frame[]> {
    return new Promise((resolve, reject) => {
      const request = send(chunk);
      waiting.set(request, { resolve, reject });
      setTimeout(() => {
        if (waiting.delete(request)) reject(new Error('The frames of the run did not come.'));
      }, PATIENCE_MILLISECONDS);
    });
  }

  return {
    get: cache.get,
    add: cache.add,
    forgetAfter: cache.forgetAfter,
    want(steps, place, stride) {
      wish = { steps, place, stride };
      if (cache.has(steps[place] ?? -1)) barren = -1;
      next();
    },
    received(request, frames) {
      const usable = frames.filter(isUsable);
      const waiter = waiting.get(request);
      if (waiter !== undefined) {
        waiting.delete(request);
        waiter.resolve(usable);
        return;
      }
      if (pending?.request !== request) return;
      const { chunk } = pending;
      clearTimeout(timer);
      pending = undefined;
      for (const frame of usable) cache.add(frame);
      barren = usable.length === 0 ? chunk.from : -1;
      loaded(chunk, usable);
      next();
    },
    async *whole(count, most) {
      for (const chunk of planWhole(count, most, perChunk)) yield await ask(chunk);
    },
    dispose() {
      clearTimeout(timer);
      for (const { reject } of waiting.values()) reject(new Error('The run was left.'));
      waiting.clear();
    },
  };
}
