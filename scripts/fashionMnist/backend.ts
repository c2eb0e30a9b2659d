import * as tf from '@tensorflow/tfjs-core';
import { findEngines } from '../../src/core/runtime/tensorflow/engines';

/** Starts the fastest TensorFlow.js backend that there is (native, else wasm, else plain JavaScript) and returns its name. */
export async function startBackend(): Promise<string> {
  const [fastest] = await findEngines('auto', {});
  await tf.setBackend(fastest!.engine);
  return fastest!.engine;
}
