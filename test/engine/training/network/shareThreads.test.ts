import { describe, expect, it } from 'vitest';
import { shareThreads } from '../../../../src/runtime/onnx/training/shareThreads';

describe('threads of a training that is watched', () => {
  it('are halved where as much is watched as trained on', () => {
    expect(shareThreads(2, 1)).toEqual({ training: 1, watching: 1 });
    expect(shareThreads(8, 4)).toEqual({ training: 4, watching: 4 });
    expect(shareThreads(3, 0.4)).toEqual({ training: 2, watching: 1 });
    expect(shareThreads(1, 1)).toEqual({ training: 1, watching: 1 });
  });

  it('all train where little or nothing is watched', () => {
    expect(shareThreads(4, 0.1)).toEqual({ training: 4, watching: 1 });
    expect(shareThreads(2, 0)).toEqual({ training: 2, watching: 1 });
  });
});
