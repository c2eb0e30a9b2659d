import { throwIfCancelled, UserError } from '../core/errors';
import type { Classifier } from '../core/model/classifier';
import type { EngineChoice, ModelReference } from '../core/model/modelInfo';
import type { ModelFiles } from './modelFiles';
import { readModelFiles } from './modelFiles';
import type { EngineOptions } from './tensorflow/options';

export interface LoadOptions extends EngineOptions {
  readonly engine: EngineChoice;
  /** Run an ONNX file as it is, for predictions alone: what others can be held to. */
  readonly asFile?: boolean;
  /** Do not hold the gradient of an engine that was chosen by name to differences: the caller does. */
  readonly unjudged?: boolean;
  readonly signal?: AbortSignal;
  /** Called with done ≤ total as files are read and the model is built. */
  readonly progress?: (done: number, total: number) => void;
}

const STEPS = 2;

/**
 * Loads a model from disk as a classifier of pixels in [0, 1].
 *
 * Reads nothing but the model's own folder (and what the reference names), never the network. `engine: 'auto'` takes ONNX Runtime
 * where it can run and differentiate the model, else TensorFlow.js's fastest backend that can and whose gradient agrees with
 * differences of its scores; `info.engineReason` says why. An engine of TensorFlow.js that is chosen by name is held to them too.
 * Throws `UserError` `file-missing`, `model-unreadable`, `model-unsupported`, `model-spec`, `engine-unavailable`; `CancelledError`.
 */
export async function loadClassifier(reference: ModelReference, options: LoadOptions): Promise<Classifier> {
  const { signal, progress } = options;
  throwIfCancelled(signal);
  const files = await readModelFiles(reference);
  progress?.(1, STEPS);
  throwIfCancelled(signal);
  const classifier = await build(files, reference, options);
  progress?.(STEPS, STEPS);
  return classifier;
}

async function build(files: ModelFiles, reference: ModelReference, options: LoadOptions): Promise<Classifier> {
  if (options.engine === 'onnx' || !('weights' in files)) {
    if (options.engine !== 'onnx' && options.engine !== 'auto') throw onlyOnnx(files, options.engine);
    const { loadOnnx } = await import('./onnx/loadOnnx');
    const reason = options.engine === 'onnx' ? 'The engine onnx was chosen.' : 'ONNX Runtime is the fastest engine.';
    const asFile = options.asFile === true;
    return loadOnnx(files, reference, { reason, threads: options.threads, mustDifferentiate: false, asFile });
  }
  if (options.engine !== 'auto') {
    const { loadChosen } = await import('./chosenEngine');
    return loadChosen(files, reference, options);
  }
  let refusal: unknown;
  try {
    const { loadOnnx } = await import('./onnx/loadOnnx');
    const reason = 'ONNX Runtime is the fastest engine.';
    return await loadOnnx(files, reference, {
      reason,
      threads: options.threads,
      mustDifferentiate: true,
      asFile: false,
    });
  } catch (error) {
    if (error instanceof UserError && error.code === 'model-spec') throw error;
    refusal = error;
  }
  throwIfCancelled(options.signal);
  const { loadFallback } = await import('./fallback');
  return loadFallback(files, reference, options, refusal);
}

function onlyOnnx({ format }: ModelFiles, engine: EngineChoice): UserError {
  const name = format === 'onnx' ? 'ONNX models' : format === 'tflite' ? 'TFLite files' : "Keras's own files";
  return new UserError(
    'engine-unavailable',
    `The engine ${engine} cannot run ${name}.`,
    'Choose the engine auto or onnx.',
  );
}
