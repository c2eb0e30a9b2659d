import { CancelledError, firstClause } from '../../core/errors';
import type { SecondOpinion } from '../../core/evaluation/secondEngine';
import type { EngineId, ModelInfo } from '../../core/model/modelInfo';
import { ENGINE_IDS } from '../../core/model/modelInfo';
import type { loadClassifier } from '../../runtime/loadClassifier';
import type { CheckModelRequest, Job } from '../calls/service';
import { computingOptions } from './loadOptions';

/** Pixels up to which plain JavaScript is not too slow. */
const CPU_PIXELS = 64 * 64;

/** Loads the model of `request` on another engine than the one of `info`; the caller disposes it. Throws `CancelledError`. */
export async function loadSecond(
  request: CheckModelRequest,
  info: ModelInfo,
  job: Job | undefined,
): Promise<SecondOpinion> {
  if (info.format === 'keras') return { why: "No second engine can read Keras's own files." };
  if (info.format === 'tflite') return { why: 'No second engine can read TFLite files.' };
  if (info.asFile === true)
    return { why: 'The model runs from its own file, and no second engine can read ONNX models.' };
  const { loadClassifier: load } = await import('../../runtime/loadClassifier');
  const options = (engine: EngineId) => ({
    engine,
    unjudged: true,
    ...computingOptions(request),
    ...(job?.signal === undefined ? {} : { signal: job.signal }),
  });
  if (info.format === 'onnx') return loadItsFile(request, options('onnx'));
  const refusals: string[] = [];
  for (const engine of ENGINE_IDS) {
    if (engine === info.engine) continue;
    if (engine === 'cpu' && info.input.height * info.input.width > CPU_PIXELS) continue;
    try {
      return await load(request.model, options(engine));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      refusals.push(`${engine}: ${firstClause(error)}`);
    }
  }
  return { why: `No second engine runs the model (${refusals.join('; ')}).` };
}

/** ONNX Runtime on the file itself knows nothing of what was derived from it. */
async function loadItsFile(
  { model }: CheckModelRequest,
  options: Parameters<typeof loadClassifier>[1],
): Promise<SecondOpinion> {
  const { loadClassifier: load } = await import('../../runtime/loadClassifier');
  try {
    return await load(model, { ...options, asFile: true });
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return { why: `The model's own file does not run by itself (${firstClause(error)}).` };
  }
}
