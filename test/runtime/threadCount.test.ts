import { expect, it } from 'vitest';
import { threadCount } from '../../src/runtime/onnx/library';

it('takes the threads that are asked for, else those of the cores, at most 8', () => {
  expect(threadCount(3, 16)).toBe(3);
  expect(threadCount(64, 4)).toBe(64);
  for (const nothing of [undefined, 0])
    expect([1, 2, 4, 6, 12, 16, 64].map((logical) => threadCount(nothing, logical))).toEqual([1, 2, 2, 3, 6, 8, 8]);
});
