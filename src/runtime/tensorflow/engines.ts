import * as tf from '@tensorflow/tfjs-core';
import { firstClause, UserError } from '../../core/errors';
import type { EngineChoice } from '../../core/model/modelInfo';
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
 * The engine that was chosen, or for `auto` all that could do, the fastest first; each is loaded only when it is asked for. `refused`
 * says why those before were not taken, if not for want of an operation.
 *
 * Throws `UserError('engine-unavailable')`.
 */
export async function* engineCandidates(
  choice: EngineChoice,
  options: EngineOptions,
  refused: ReadonlyMap<TensorFlowEngine, string> = new Map(),
): AsyncGenerator<EngineCandidate, void> {
  if (choice === 'onnx') throw new Error('ONNX Runtime is none of the backends of TensorFlow.js');
  if (choice !== 'auto') {
    const found = await loadEngine(choice, options);
    if (!found.available) {
      throw new UserError(
        'engine-unavailable',
        `The engine ${choice} cannot be used: ${found.why}.`,
        'Choose the engine auto.',
      );
    }
    yield { engine: choice, reason: `The engine ${choice} was chosen.` };
    return;
  }
  const native = await loadEngine('tensorflow', options);
  if (native.available) {
    yield { engine: 'tensorflow', reason: "TensorFlow's native library (tfjs-node) is installed." };
  }
  const lacking = (engine: TensorFlowEngine, name: string): string =>
    refused.get(engine) ?? `${name} lacks an operation of this model`;
  const whyNotNative = native.available
    ? lacking('tensorflow', 'tfjs-node')
    : `tfjs-node cannot be used: ${native.why}`;
  const wasm = await loadEngine('wasm', options);
  if (wasm.available) yield { engine: 'wasm', reason: `WebAssembly is used, because ${whyNotNative}.` };
  await loadEngine('cpu', options);
  const why = wasm.available ? lacking('wasm', 'WebAssembly') : `WebAssembly cannot be used: ${wasm.why}`;
  yield { engine: 'cpu', reason: `Plain JavaScript is used, because ${why}.` };
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
      return { available: false, why: firstClause(error) };
    } finally {
      registerGradients();
    }
  });
}
