import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../errors';
import type { EngineChoice } from '../../model/modelInfo';
import { registerGradients } from './gradients/register';
import { inTurn } from './lane';
import { loadCpu } from './loadCpu';
import { loadNative } from './loadNative';
import { loadWasm } from './loadWasm';
import type { EngineOptions, TensorFlowEngine } from './options';

export interface EngineCandidate {
  readonly engine: TensorFlowEngine;
  /** Why this one, one sentence. */
  readonly reason: string;
}

type Availability = { readonly available: true } | { readonly available: false; readonly why: string };

/**
 * Loads the engine that was chosen, or for `auto` all that could do, the fastest first.
 *
 * Throws `UserError('engine-unavailable')`.
 */
export async function findEngines(choice: EngineChoice, options: EngineOptions): Promise<EngineCandidate[]> {
  if (choice === 'onnx') {
    throw new UserError(
      'engine-unavailable',
      'The engine onnx is not part of this version.',
      'Choose the engine auto, tensorflow, wasm or cpu.',
    );
  }
  if (choice !== 'auto') {
    const found = await loadEngine(choice, options);
    if (found.available) return [{ engine: choice, reason: `The engine ${choice} was chosen.` }];
    throw new UserError(
      'engine-unavailable',
      `The engine ${choice} cannot be used: ${found.why}.`,
      'Choose the engine auto.',
    );
  }
  const native = await loadEngine('tensorflow', options);
  if (native.available) {
    return [{ engine: 'tensorflow', reason: "TensorFlow's native library is installed and the fastest here." }];
  }
  const wasm = await loadEngine('wasm', options);
  const candidates: EngineCandidate[] = [];
  if (wasm.available) {
    candidates.push({ engine: 'wasm', reason: `WebAssembly is used, because tfjs-node cannot be: ${native.why}.` });
  }
  await loadEngine('cpu', options);
  const why = wasm.available
    ? 'WebAssembly lacks an operation of this model'
    : `WebAssembly cannot be used: ${wasm.why}`;
  candidates.push({ engine: 'cpu', reason: `Plain JavaScript is used, because ${why}.` });
  return candidates;
}

async function loadEngine(engine: TensorFlowEngine, options: EngineOptions): Promise<Availability> {
  return inTurn(async () => {
    // Production mode only silences banners and warnings about doubly registered kernels.
    tf.env().set('PROD', true);
    const before = tf.getBackend();
    try {
      if (engine === 'tensorflow') await loadNative(options);
      else if (engine === 'wasm') await loadWasm();
      else await loadCpu();
      if (!(await tf.setBackend(engine))) return { available: false, why: 'it does not start' };
      return { available: true };
    } catch (error) {
      if (before) await tf.setBackend(before);
      return { available: false, why: firstLine(error) };
    } finally {
      registerGradients();
    }
  });
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .split('\n')[0]!
    .trim()
    .replace(/[.:]+$/, '');
}
