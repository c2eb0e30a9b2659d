import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../../src/training/data/dataset';
import { openDataset } from '../../../src/training/data/openDataset';
import { apportion } from '../../../src/training/data/stratify';
import { holdOut, subset } from '../../../src/training/data/subsets';
import { userErrorOf } from '../../formats/pictures/shared';
import { bytesOf, idx, temporaryFolder, write } from './files';

const root = temporaryFolder();
const COUNTS = [40, 20, 10];
const labels = COUNTS.flatMap((count, label) => new Array<number>(count).fill(label));
/** Each image is one pixel that says which it is. */
write(path.join(root, 'x-images'), idx([70, 1, 1], Array.from(labels.keys())));
write(path.join(root, 'x-labels'), idx([70], labels));
write(path.join(root, 'labels.txt'), 'zero\none\ntwo\n');

async function identities(request: object): Promise<{ train: number[]; test: number[]; labels: number[] }> {
  const dataset = await openDataset({ path: root, ...request });
  const train = await bytesOf(dataset, dataset.train);
  const test = await bytesOf(dataset, dataset.test);
  await dataset.dispose();
  return { train, test, labels: [...dataset.train.labels] };
}

const perClass = (values: readonly number[]) =>
  [0, 1, 2].map((label) => values.filter((i) => labels[i] === label).length);

describe('splitting', () => {
  it('holds out a share of each class, all images in just one part', async () => {
    const { train, test } = await identities({});
    expect([...train, ...test].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(perClass(test)).toEqual([8, 4, 2]);
  });

  it('is the same for the same seed and another for another', async () => {
    const first = await identities({ seed: 5 });
    expect(await identities({ seed: 5 })).toEqual(first);
    expect((await identities({ seed: 6 })).test).not.toEqual(first.test);
  });

  it('does not depend on limit or classes', async () => {
    const { test } = await identities({});
    const limited = await identities({ limit: 10 });
    expect(limited.test.every((image) => test.includes(image))).toBe(true);
    const some = await identities({ classes: ['two', 'one'] });
    expect(some.test).toEqual(test.filter((image) => labels[image] !== 0));
  });
});

describe('choosing', () => {
  it('numbers chosen classes in the order asked for', async () => {
    const { train, labels: numbers } = await identities({ classes: ['two', 'zero'] });
    expect(train.map((image) => (labels[image] === 2 ? 0 : 1))).toEqual(numbers);
    expect(train.every((image) => labels[image] !== 1)).toBe(true);
  });

  it('refuses unknown and repeated classes, and a single one', async () => {
    expect((await userErrorOf(() => identities({ classes: ['zero', 'nine'] }))).code).toBe('unknown-class');
    expect((await userErrorOf(() => identities({ classes: ['one', 'one'] }))).code).toBe('parameter');
    expect((await userErrorOf(() => identities({ classes: ['one'] }))).code).toBe('dataset-unreadable');
  });

  it('limits by class, the test part alike', async () => {
    const { train, test } = await identities({ limit: 28 });
    expect(perClass(train)).toEqual([16, 8, 4]);
    expect(perClass(test)).toEqual([4, 2, 1]);
    expect(perClass((await identities({ limit: 3 })).train)).toEqual([1, 1, 1]);
  });

  it.each([{ height: 0 }, { width: 1.5 }, { limit: 0 }, { testShare: 1 }, { testShare: 0 }, { cacheBytes: -1 }])(
    'refuses %o',
    async (request) => {
      expect((await userErrorOf(() => identities(request))).code).toBe('parameter');
    },
  );
});

describe('apportion', () => {
  it('shares by largest remainders, gives each class one, and never more than it has', () => {
    expect(apportion([50, 30, 20], 10)).toEqual([5, 3, 2]);
    expect(apportion([1000, 1, 1], 10)).toEqual([8, 1, 1]);
    expect(apportion([3, 0, 3], 100)).toEqual([3, 0, 3]);
    expect(apportion([5, 5, 5], 2)).toEqual([1, 1, 1]);
    expect(apportion([7, 5, 3], 8).reduce((sum, share) => sum + share, 0)).toBe(8);
  });
});

/** Image i has the label i mod 3. */
function numbered(count: number): ImageSet {
  return {
    count,
    labels: Uint16Array.from({ length: count }, (_, i) => i % 3),
    read: async (indices, target) => target.set(Array.from(indices)),
    nameOf: (index) => ({ name: String(index) }),
  };
}

async function read(set: ImageSet): Promise<number[]> {
  const target = new Float32Array(set.count);
  await set.read(
    Array.from({ length: set.count }, (_, i) => i),
    target,
  );
  return [...target];
}

describe('holdOut and subset', () => {
  it('holds out by class', async () => {
    const { rest, held } = holdOut(numbered(60), 0.1, 3);
    expect([...held.labels].sort()).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...(await read(rest)), ...(await read(held))].sort((a, b) => a - b)).toEqual([...Array(60).keys()]);
    expect(await read(holdOut(numbered(60), 0.1, 3).held)).toEqual(await read(held));
    expect(await read(holdOut(numbered(60), 0.1, 4).held)).not.toEqual(await read(held));
  });

  it('leaves something to train on, and holds out nothing for a share of 0', () => {
    expect(holdOut(numbered(6), 0.99, 0).rest.count).toBe(3);
    expect(holdOut(numbered(3), 0.5, 0).held.count).toBe(0);
    expect(holdOut(numbered(60), 0, 0).held.count).toBe(0);
  });

  it('looks at the images chosen, subsets of subsets too', async () => {
    const part = subset(subset(numbered(10), [9, 7, 5, 3]), [2, 0]);
    expect(await read(part)).toEqual([5, 9]);
    expect([...part.labels]).toEqual([2, 0]);
    expect(part.nameOf(1).name).toBe('9');
    expect(() => subset(numbered(3), [3])).toThrow(RangeError);
    await expect(async () => part.read([2], new Float32Array(1))).rejects.toThrow(RangeError);
  });
});
