import { expect, it } from 'vitest';
import type { Dataset, ImageSet } from '../../../src/training/data/dataset';
import { orderClasses, pythonOrder } from '../../../src/training/data/orderClasses';

// What `python3 -c "print(sorted([...]))"` (3.12) prints.
it('sorts as Python does', () => {
  const numbers = Array.from({ length: 12 }, (_, i) => String(i));
  expect(pythonOrder(numbers)).toEqual(['0', '1', '10', '11', '2', '3', '4', '5', '6', '7', '8', '9']);
  const mixed = ['Zebra', 'ant', 'Ärger', '_x', '1', 'Ant', 'zebra', 'ant 2', 'ant10', 'ant2', '😀', 'ﬁ', 'ant.b', 'ant-b']; // prettier-ignore
  expect(pythonOrder(mixed)).toEqual(['1', 'Ant', 'Zebra', '_x', 'ant', 'ant 2', 'ant-b', 'ant.b', 'ant10', 'ant2', 'zebra', 'Ärger', 'ﬁ', '😀']); // prettier-ignore
});

it('numbers the classes of both parts anew, and leaves the images where they are', async () => {
  const set = (labels: readonly number[]): ImageSet => ({
    count: labels.length,
    labels: Uint16Array.from(labels),
    read: async (indices, target) => target.set(Float32Array.from(indices)),
    nameOf: (index) => ({ name: `picture ${index}` }),
  });
  const info = { classes: ['a', 'b', 'c'], classCounts: [1, 2, 3] } as unknown as Dataset['info'];
  const dataset: Dataset = { info, train: set([0, 1, 1, 2, 2, 2]), test: set([2, 0]), dispose: async () => undefined };
  const { info: after, train, test } = orderClasses(dataset, [2, 0, 1], ['C', 'A', 'B']);
  expect(after).toMatchObject({ classes: ['C', 'A', 'B'], classCounts: [3, 1, 2] });
  expect([...train.labels]).toEqual([1, 2, 2, 0, 0, 0]);
  expect([...test.labels]).toEqual([0, 1]);
  const read = new Float32Array(2);
  await train.read([4, 1], read);
  expect([...read]).toEqual([4, 1]);
  expect(train.nameOf(3)).toEqual({ name: 'picture 3' });
  expect(orderClasses(dataset, [0, 1, 2], ['a', 'b', 'c'])).toBe(dataset);
});
