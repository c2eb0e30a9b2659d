import { describe, expect, it } from 'vitest';
import { onOneBuffer } from '../../src/protocol/oneBuffer';

/** 64 frames of two watched images, each with two maps in memory of their own: what an engine's process sends. */
const frames = Array.from({ length: 64 }, (_, step) => ({
  step,
  images: [0, 1].map((image) => ({
    gradientXInput: Uint8Array.from({ length: 9 }, (_each, pixel) => step + image + pixel),
    lossGradient: Int8Array.from({ length: 9 }, (_each, pixel) => image - step - pixel),
  })),
}));

function buffersOf(value: unknown): ReadonlySet<ArrayBufferLike> {
  if (ArrayBuffer.isView(value)) return new Set([value.buffer]);
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((item) => [...buffersOf(item)]));
}

describe('a message on one buffer', () => {
  it('has the same values, of the same kinds, at places in one buffer', () => {
    const message = { type: 'frames', request: 1, frames };
    expect(buffersOf(message).size).toBe(256);
    const packed = onOneBuffer(message);
    expect(buffersOf(packed).size).toBe(1);
    expect(packed).toEqual(message);
  });

  it('begins every array where its elements are aligned, and has an array once that is told twice', () => {
    const map = Float32Array.of(1, -2, NaN);
    const packed = onOneBuffer({
      bytes: Uint8Array.of(1, 2, 3),
      map,
      again: map,
      scores: Float64Array.of(0.1),
      none: null,
    });
    expect(packed).toEqual({
      bytes: Uint8Array.of(1, 2, 3),
      map: Float32Array.of(1, -2, NaN),
      again: Float32Array.of(1, -2, NaN),
      scores: Float64Array.of(0.1),
      none: null,
    });
    expect(packed.again).toBe(packed.map);
    expect(packed.bytes.buffer.byteLength).toBe(8 + 16 + 8);
  });

  it('sends of a part of a larger buffer that part alone', () => {
    const large = new Uint8Array(1000).fill(7);
    const packed = onOneBuffer({ part: large.subarray(10, 12), other: Buffer.from([5]) });
    expect(packed.part).toEqual(Uint8Array.of(7, 7));
    expect([...packed.other]).toEqual([5]);
    expect(packed.other.constructor).toBe(Uint8Array);
    expect(packed.part.buffer.byteLength).toBe(16);
  });

  it('leaves a message without arrays, or with one, as it is', () => {
    const message = { type: 'idle', map: Float32Array.of(1) };
    expect(onOneBuffer(message)).toBe(message);
  });
});
