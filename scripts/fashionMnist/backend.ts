import * as tf from '@tensorflow/tfjs-core';
import { engineCandidates } from '../../src/runtime/tensorflow/engines';

/** Starts the fastest TensorFlow.js backend that there is (native, else wasm, else plain JavaScript) and returns its name. */
export async function startBackend(): Promise<string> {
  for await (const { engine } of engineCandidates('auto', {})) {
    await tf.setBackend(engine);
    return engine;
  }
  throw new Error('No backend of TensorFlow.js starts.');
}
