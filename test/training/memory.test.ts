import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { CLASSES, SIZE, trainSmall, useFolders, watchedOf } from './support';

const newFolder = useFolders();

/** Bytes in use once what is no longer needed was collected. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('keeps its memory over 5,000 watched minibatches', async () => {
  const seen: number[] = [];
  const { record } = await trainSmall({
    folder: newFolder(),
    watched: watchedOf(SIZE, CLASSES),
    forgets: true,
    count: 400,
    options: { epochs: 50, checkpoints: { kind: 'every', every: 1000 } },
    onEvent: ({ kind }) => {
      if (kind === 'checkpoint') seen.push(bytesInUse());
    },
  });
  expect(record.step).toBe(5000);
  const [, first, , , last] = seen;
  expect(Math.abs(last! - first!) / first!).toBeLessThan(0.05);
});
