import * as tf from '@tensorflow/tfjs-core';
import type { TensorFlowEngine } from './options';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` with `engine` as TensorFlow.js's backend, after everything that was asked for before: the backend is global state,
 * and models on different backends may live in one process.
 */
export async function onEngine<T>(engine: TensorFlowEngine, work: () => T | Promise<T>): Promise<T> {
  return inTurn(async () => {
    if (tf.getBackend() !== engine && !(await tf.setBackend(engine))) {
      throw new Error(`TensorFlow.js could not switch to its backend ${engine}.`);
    }
    return work();
  });
}

/** Runs `work` after everything that was asked for before, whatever became of that. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work, work);
  last = turn.catch(() => undefined);
  return turn;
}
