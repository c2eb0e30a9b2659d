import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** Physical cores are not told by Node; two logical ones mostly share one. */
const DEFAULT_THREADS = 2;

/** Threads for ONNX Runtime; 0 or absent: as many as usually pay. */
export function threadCount(asked: number | undefined): number {
  return asked === undefined || asked === 0 ? DEFAULT_THREADS : asked;
}

/**
 * ONNX Runtime's own session of an ONNX file, and its class of tensors. The library is loaded on first use: it is large and may be
 * missing on this platform.
 */
export async function createLibrarySession(
  bytes: Uint8Array,
  threads: number,
): Promise<{ readonly session: InferenceSession; readonly OnnxTensor: typeof Tensor }> {
  const { InferenceSession: Session, Tensor: OnnxTensor } = await import('onnxruntime-node');
  const session = await Session.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: '1' } },
  });
  return { session, OnnxTensor };
}
