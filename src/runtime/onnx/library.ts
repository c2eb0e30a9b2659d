import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { switchTelemetryOff } from './telemetry';

// With the first import, so that a thread that loads the library is started after it.
switchTelemetryOff();

/** Operators on one picture gain nothing from more. */
const MOST_THREADS = 8;

/**
 * Threads for ONNX Runtime; 0 or absent: the processor's cores, at most 8. Node tells of logical ones only (`logical`), of which
 * two mostly share a core where there are more than two.
 */
export function threadCount(asked: number | undefined, logical = availableParallelism()): number {
  if (asked !== undefined && asked !== 0) return asked;
  return logical <= 2 ? logical : Math.min(MOST_THREADS, Math.ceil(logical / 2));
}

/** ONNX Runtime looks for what is computed twice in time that grows with the square of the number of nodes: 30 s for 40,000. */
const MOST_COMPARED = 10_000;

/**
 * ONNX Runtime's own session of an ONNX file, and its class of tensors. The library is loaded on first use: it is large and may be
 * missing on this platform. `nodes`: how many the graph has, where that is known.
 */
export async function createLibrarySession(
  bytes: Uint8Array,
  threads: number,
  nodes = 0,
): Promise<{ readonly session: InferenceSession; readonly OnnxTensor: typeof Tensor }> {
  const { InferenceSession: Session, Tensor: OnnxTensor, env } = await import('onnxruntime-node');
  env.logLevel = 'fatal';
  const create = (graphOptimizationLevel: 'all' | 'basic'): Promise<InferenceSession> =>
    Session.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel,
      // What fails is thrown; the library would write names out of the file to standard error as they are.
      logSeverityLevel: 4,
      // Products of weights in bytes are those of the weights, not of rounded activations as well.
      extra: {
        session: { force_spinning_stop: '1', qdq_matmulnbits_accuracy_level: '1' },
        ...(nodes > MOST_COMPARED && {
          optimization: { disable_specified_optimizers: 'CommonSubexpressionElimination' },
        }),
      },
    });
  // Some quantised networks are right as they are and wrong once they are rewritten for speed.
  const session = await create('all').catch((error: unknown) =>
    create('basic').catch(() => Promise.reject(error instanceof Error ? error : new Error(String(error)))),
  );
  return { session, OnnxTensor };
}
