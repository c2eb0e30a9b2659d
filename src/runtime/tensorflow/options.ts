/** Engines of this runtime; the ids are TensorFlow.js's own backend names. */
export type TensorFlowEngine = 'tensorflow' | 'wasm' | 'cpu';

export interface EngineOptions {
  /** Threads of the native library; it reads them once, when it is loaded. 0 or absent: its own choice. */
  readonly threads?: number;
  /** Path of a folder or module that holds `@tensorflow/tfjs-node`, if it is not among this program's own modules. */
  readonly tensorflowModule?: string;
}
