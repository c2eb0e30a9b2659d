import path from 'node:path';
import type { ModelDescription } from '../formats/descriptions/description';
import { readDescription } from '../formats/descriptions/description';
import { readHead } from '../formats/archives/readHead';
import { asInKeras } from '../formats/models/layers/spelling';
import { FOREIGN_HEAD, refuseForeign } from '../formats/models/foreign/foreign';
import { damaged, readLimited, resolveModelFile } from '../formats/models/files';
import type { JsonObject } from '../formats/json/json';
import { objectAt, parseModelJson } from '../formats/json/json';
import { MODEL_LIMITS } from '../core/model/limits';
import type { ModelReference } from '../core/model/modelInfo';
import { fileFormat, sniffFile, sniffModelJson } from '../formats/models/sniff';
import { readTfliteDescription } from '../formats/models/tflite/metadata';
import type { LoadedWeights } from '../formats/models/weights';
import { readWeights } from '../formats/models/weights';
import { withTfliteWord } from './tfliteWord';

interface Common {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly description: ModelDescription;
}

export interface TensorFlowFiles extends Common {
  readonly format: 'tfjs-layers' | 'tfjs-graph';
  readonly json: JsonObject;
  readonly weights: LoadedWeights;
}

/** A model in one file, which is read when it is built. */
export interface SingleFile extends Common {
  readonly format: 'onnx' | 'keras' | 'tflite';
  readonly container: 'onnx' | 'hdf5' | 'zip' | 'tflite';
}

/** A model's files and what is said of it, read and checked, but not built. */
export type ModelFiles = TensorFlowFiles | SingleFile;

/** Reads what `reference` names. Throws `UserError` `file-missing`, `model-unreadable`, `model-unsupported`, `model-spec`. */
export async function readModelFiles(reference: ModelReference): Promise<ModelFiles> {
  const file = await resolveModelFile(reference.path);
  const name = path.basename(file);
  const head = await readHead(file, FOREIGN_HEAD);
  await refuseForeign(file, head);
  const kind = fileFormat(sniffFile(head), name);
  const bytes = await readLimited(file, kind === 'json' ? MODEL_LIMITS.jsonBytes : MODEL_LIMITS.totalBytes);
  if (kind !== 'json') {
    const given = await readDescription(file, reference, kind === 'onnx' ? bytes : undefined);
    const description = kind === 'tflite' ? withTfliteWord(given, reference, readTfliteDescription(bytes)) : given;
    return { file, bytes, description, format: kind === 'onnx' || kind === 'tflite' ? kind : 'keras', container: kind };
  }
  const json = parseModelJson(bytes, name);
  const format = sniffModelJson(json, name);
  const description = await readDescription(file, reference);
  const weights = await readWeights(json, path.dirname(file));
  return { file, bytes, description, format, json: format === 'tfjs-layers' ? spelledAsInKeras(json) : json, weights };
}

/** TensorFlow.js's own spelling of a layers model's keys put into Keras's, for all that read them. */
function spelledAsInKeras(json: JsonObject): JsonObject {
  try {
    return { ...json, modelTopology: asInKeras(objectAt(json, 'modelTopology') ?? {}) };
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}
