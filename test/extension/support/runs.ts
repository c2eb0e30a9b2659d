import type { RunContents } from '../../../src/training/run/contents';
import type { RunRecord } from '../../../src/training/run/record';
import { DEFAULT_TRAINING } from '../../../src/training/options';

/** A made-up record of a run in its 4th of 10 minibatches. */
export function runRecord(change: Partial<RunRecord> = {}): RunRecord {
  return {
    kind: 'training',
    version: 1,
    id: 'a',
    name: 'First run',
    created: '2025-01-31T00:00:00.000Z',
    status: 'running',
    network: {
      source: 'deep-network',
      summary: { name: 'deep-network', layers: [], parameters: 0, trainableParameters: 0 },
    },
    dataset: {
      request: { path: '/pictures' },
      info: {
        name: 'pets',
        path: '/pictures',
        format: 'folders',
        classes: ['cat', 'dog'],
        height: 16,
        width: 16,
        channels: 1,
        trainCount: 8,
        testCount: 2,
        classCounts: [4, 4],
        testSource: 'split',
        unreadable: [],
        unreadableCount: 0,
        hash: 'ab',
        warnings: [],
      },
    },
    options: DEFAULT_TRAINING,
    engine: 'cpu',
    engineReason: 'The only one.',
    watched: [],
    step: 4,
    steps: 10,
    epochs: [],
    seconds: 1,
    warnings: [],
    ...change,
  };
}

export function runContents(loss: readonly number[], record = runRecord()): RunContents {
  return {
    folder: '/runs/a',
    record,
    history: { loss: Float32Array.from(loss), accuracy: new Float32Array(loss.length) },
    pictures: [],
    frames: { size: { height: 1, width: 1 }, steps: [] },
    checkpoints: [0, 2],
    continuable: true,
  };
}
