import assert from 'node:assert/strict';
import type { TrainingEvent } from '../../src/engine/calls/training';
import { LiveRun } from '../../src/extension/training/liveRun';
import { ownMemory } from '../../src/extension/ownMemory';
import { runContents, runRecord } from './support/runs';

const minibatches = (firstStep: number, ...loss: number[]): TrainingEvent => ({
  kind: 'minibatches',
  firstStep,
  loss: Float32Array.from(loss),
  accuracy: Float32Array.from(loss, () => 0.5),
  imagesPerSecond: 100,
  remainingSeconds: 1,
});
const epoch = (number: number): TrainingEvent => ({
  kind: 'epoch',
  result: { epoch: number, loss: 1, accuracy: 0.5, seconds: 1 },
});

describe('a run while it is trained', () => {
  it('is what lies on the disk, brought up to date by its events', () => {
    const run = new LiveRun('/runs/a');
    assert.equal(run.record, undefined);
    run.apply({ kind: 'record', record: runRecord() });
    run.apply(minibatches(5, 0.5, 0.25));
    run.apply(minibatches(7, 0.125));
    run.apply({ kind: 'checkpoint', step: 6 });
    const { record, history, checkpoints } = run.contents(runContents([4, 3, 2, 1]));
    assert.deepEqual([...history.loss], [4, 3, 2, 1, 0.5, 0.25, 0.125]);
    assert.deepEqual([...history.accuracy], [0, 0, 0, 0, 0.5, 0.5, 0.5]);
    assert.deepEqual([record.step, run.loss], [7, 0.125]);
    assert.deepEqual(checkpoints, [0, 2, 6]);
  });

  it('knows each epoch once, also when the record tells of it again', () => {
    const run = new LiveRun('/runs/a');
    run.apply(epoch(1));
    run.apply(epoch(2));
    run.apply({
      kind: 'record',
      record: runRecord({ status: 'paused', epochs: [{ epoch: 1, loss: 1, accuracy: 0.5, seconds: 1 }] }),
    });
    assert.deepEqual(
      run.record?.epochs.map((result) => result.epoch),
      [1, 2],
    );
    assert.equal(run.paused, true);
  });

  it('keeps more minibatches than it first had room for', () => {
    const run = new LiveRun('/runs/a');
    for (let step = 1; step <= 5000; step++) run.apply(minibatches(step, step));
    const { loss } = run.contents(runContents([9])).history;
    assert.deepEqual(
      loss,
      Float32Array.from({ length: 5000 }, (_, index) => index + 1),
    );
  });

  it('travels to the page without the message that it came in', () => {
    const whole = Uint8Array.from({ length: 100 }, (_, index) => index);
    const frame = {
      bytes: whole.subarray(10, 20),
      signed: new Int8Array(whole.buffer, 20, 4),
      node: Buffer.from([1, 2]),
      steps: [1, 2],
    };
    const own = ownMemory({ frames: [frame] }).frames[0]!;
    assert.deepEqual([own.bytes.buffer.byteLength, own.signed.buffer.byteLength], [10, 4]);
    assert.deepEqual([[...own.bytes], [...own.signed]], [[...frame.bytes], [...frame.signed]]);
    assert.equal(Buffer.isBuffer(own.node), false);
    assert.deepEqual(own.steps, [1, 2]);
  });
});
