import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { frameBytes, frameMaps, writeFacts, writeStep } from '../../../src/training/frames/frameRecord';
import { openFrames } from '../../../src/training/run/framesFile';
import type { FramesPlan } from '../../../src/training/run/framesWriter';
import { createFramesWriter } from '../../../src/training/run/framesWriter';
import { readFrames, readFrameSteps, withFrames } from '../../../src/training/run/readFrames';
import { useFolders } from '../support';

const newFolder = useFolders();
const plan: FramesPlan = { size: { height: 3, width: 2 }, images: 2, every: 1, budget: 1e9 };
const all = { from: 0, to: Infinity, stride: 1 };

function frameOf(step: number): Uint8Array {
  const bytes = new Uint8Array(frameBytes(plan));
  writeStep(bytes, step);
  for (const index of [0, 1]) {
    writeFacts(bytes, plan, index, {
      predicted: step % 10,
      probability: 0.5,
      loss: step + index,
      gradientXInputScale: 2,
      lossGradientScale: 0.25,
    });
    const maps = frameMaps(bytes, plan, index);
    maps.gradientXInput.fill(step % 256);
    maps.lossGradient.fill(-(step % 128));
  }
  return bytes;
}

async function write(folder: string, steps: readonly number[], own: Partial<FramesPlan> = {}, continueAt?: number) {
  const writer = await createFramesWriter(folder, { ...plan, ...own }, continueAt);
  for (const step of steps) await writer.append(frameOf(step));
  await writer.close(frameOf(steps.at(-1)!));
}

const upTo = (last: number, by = 1) => Array.from({ length: Math.floor(last / by) + 1 }, (_, i) => i * by);
const stepsOf = (folder: string) => withFrames(folder, readFrameSteps);
const file = (folder: string) => path.join(folder, 'frames.bin');

describe('frames.bin', () => {
  it('gives back what was put in, by place and stride', async () => {
    const folder = newFolder();
    await write(folder, upTo(20));
    expect(await stepsOf(folder)).toEqual(upTo(20));
    const frames = await readFrames(folder, { from: 3, to: 12, stride: 4 });
    expect(frames.map(({ step }) => step)).toEqual([3, 7, 11]);
    expect(frames[1]!.images[1]).toEqual({
      predicted: 7,
      probability: 0.5,
      loss: 8,
      gradientXInput: new Uint8Array(6).fill(7),
      gradientXInputScale: 2,
      lossGradient: new Int8Array(6).fill(-7),
      lossGradientScale: 0.25,
    });
    expect(await readFrames(folder, { from: 18, to: 99, stride: 1 })).toHaveLength(3);
    expect(await readFrames(folder, { from: 21, to: 99, stride: 1 })).toEqual([]);
  });

  it('halves its frames and doubles the stride beyond its bytes, keeping the first and the last', async () => {
    const folder = newFolder();
    const budget = 64 + 10 * frameBytes(plan);
    await write(folder, upTo(99), { budget });
    expect(statSync(file(folder)).size).toBeLessThanOrEqual(budget + frameBytes(plan));
    expect(await stepsOf(folder)).toEqual([...upTo(96, 16), 99]);
    expect((await readFrames(folder, all)).map(({ step }) => step)).toEqual([...upTo(96, 16), 99]);
  });

  it('continued after any minibatch is the file of an uninterrupted run', async () => {
    const budget = 64 + 10 * frameBytes(plan);
    const whole = newFolder();
    await write(whole, upTo(60), { budget });
    for (const stopped of [1, 5, 17, 40, 59])
      for (const kept of [1, 4, 16]) {
        if (kept > stopped) continue;
        const folder = newFolder();
        await write(folder, upTo(stopped), { budget });
        await write(folder, upTo(60).slice(kept + 1), { budget }, kept);
        expect(readFileSync(file(folder)).equals(readFileSync(file(whole)))).toBe(true);
      }
  });

  it('is readable where its end was cut off', async () => {
    const folder = newFolder();
    await write(folder, upTo(5));
    appendFileSync(file(folder), new Uint8Array(7));
    expect(await stepsOf(folder)).toEqual(upTo(5));
    truncateSync(file(folder), 64 + 3 * frameBytes(plan) + 5);
    expect(await stepsOf(folder)).toEqual([0, 1, 2]);
    await expect(createFramesWriter(folder, plan, 4)).rejects.toBeInstanceOf(UserError);
  });

  it('is refused where it is not one', async () => {
    const folder = newFolder();
    await expect(openFrames(folder)).rejects.toThrow(/missing/);
    for (const bytes of [new Uint8Array(), new Uint8Array(200), new TextEncoder().encode('GLFRAMES')]) {
      writeFileSync(file(folder), bytes);
      await expect(openFrames(folder)).rejects.toBeInstanceOf(UserError);
    }
    await write(folder, [0]);
    const huge = readFileSync(file(folder));
    huge.writeUInt32LE(0xffff_ffff, 12);
    writeFileSync(file(folder), huge);
    await expect(readFrames(folder, all)).rejects.toThrow(/not possible/);
  });
});
