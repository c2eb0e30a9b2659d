import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface TapeState {
  gradientDepth: number;
  activeTape: { readonly saved?: readonly Tensor[] }[] | null | undefined;
}

/** True inside a function that is being differentiated. */
export function isDifferentiating(): boolean {
  return state().gradientDepth > 0;
}

/** Frees the tensors that a failed gradient left on TensorFlow.js's tape. */
export function releaseTape(): void {
  const tape = state();
  if (tape.gradientDepth > 0 || !tape.activeTape) return;
  for (const { saved } of tape.activeTape) for (const tensor of saved ?? []) tensor.dispose();
  tape.activeTape = null;
}

function state(): TapeState {
  return tf.engine().state;
}
