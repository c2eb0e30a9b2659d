import type { Frame } from '../../../src/training/frames/frames';

/** Frames by step; the least recently used ones go when the bytes exceed the limit. */
export interface FrameCache {
  readonly get: (step: number) => Frame | undefined;
  readonly has: (step: number) => boolean;
  readonly add: (frame: Frame) => void;
  /** Forgets the frames after `step`: a continued run makes them anew. */
  readonly forgetAfter: (step: number) => void;
  readonly bytes: () => number;
}

export function createFrameCache(mostBytes: number): FrameCache {
  // A Map keeps the order of insertion: the first key is the least recently used one.
  const frames = new Map<number, Frame>();
  let bytes = 0;

  function remove(step: number): void {
    const frame = frames.get(step);
    if (frame === undefined) return;
    frames.delete(step);
    bytes -= bytesOf(frame);
  }

  return {
    get(step) {
      const frame = frames.get(step);
      if (frame === undefined) return undefined;
      frames.delete(step);
      frames.set(step, frame);
      return frame;
    },
    has: (step) => frames.has(step),
    add(frame) {
      remove(frame.step);
      frames.set(frame.step, alone(frame));
      bytes += bytesOf(frame);
      for (const step of frames.keys()) {
        if (bytes <= mostBytes || step === frame.step) break;
        remove(step);
      }
    },
    forgetAfter(step) {
      for (const known of [...frames.keys()]) if (known > step) remove(known);
    },
    bytes: () => bytes,
  };
}

/** In memory of its own: the frames of a message lie in one buffer, which the last of them would keep whole. */
function alone({ step, images }: Frame): Frame {
  return {
    step,
    images: images.map((image) => ({
      ...image,
      gradientXInput: image.gradientXInput.slice(),
      lossGradient: image.lossGradient.slice(),
    })),
  };
}

function bytesOf(frame: Frame): number {
  return frame.images.reduce((sum, image) => sum + image.gradientXInput.byteLength + image.lossGradient.byteLength, 0);
}
