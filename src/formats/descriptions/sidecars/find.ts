import path from 'node:path';
import { MODEL_LIMITS } from '../../../core/model/limits';
import type { JsonObject } from '../../json/json';
import { isJsonObject, nestingDepth, objectAt, valueAt } from '../../json/json';
import { fileSize, readLimited } from '../../models/files';
import { onnxMetadata } from '../../models/onnx/onnxMetadata';
import { customVisionManifest, lobeSignature } from './exported';
import { huggingFaceNames, huggingFaceProcessor } from './huggingFace';
import { onnxNotes } from './onnxNotes';
import type { Sidecar } from './sidecar';
import { timmConfig } from './timm';

/** What tools leave in and beside a model, the first to be believed first; `onnx` holds the file where it is an ONNX model. */
export async function findSidecars(modelFile: string, onnx: Uint8Array | undefined): Promise<readonly Sidecar[]> {
  const folders = sidecarFolders(modelFile);
  const read = async (name: string): Promise<JsonObject | undefined> => {
    for (const folder of folders) {
      const found = await readObject(path.join(folder, name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const config = await read('config.json');
  const processor = await read('preprocessor_config.json');
  const signature = await read('signature.json');
  const manifest = await read('cvexport.manifest');
  const isTransformers = config !== undefined && (valueAt(config, 'id2label') ?? objectAt(config, 'label2id')) !== undefined; // prettier-ignore
  const isProcessor = processor !== undefined && PROCESSOR_KEYS.some((key) => Object.hasOwn(processor, key));
  return [
    ...(onnx ? onnxNotes(onnxMetadata(onnx)) : []),
    isProcessor ? huggingFaceProcessor(processor) : undefined,
    isTransformers ? huggingFaceNames(config) : undefined,
    config && timmConfig(config),
    signature && lobeSignature(signature),
    manifest && customVisionManifest(manifest),
  ].filter((found) => found !== undefined);
}

const PROCESSOR_KEYS = ['image_mean', 'image_std', 'do_normalize', 'do_rescale', 'do_resize', 'size', 'crop_size'];

/** The model's own folder and, of "onnx/model.onnx" in a folder of Hugging Face, the one above it. */
export function sidecarFolders(modelFile: string): readonly string[] {
  const folder = path.dirname(modelFile);
  return /^onnx/i.test(path.basename(folder)) ? [folder, path.dirname(folder)] : [folder];
}

/** The files of the folder above that a model is described by. */
export const SIDECARS_ABOVE = ['config.json', 'preprocessor_config.json', 'signature.json', 'cvexport.manifest'];

/** The object that a file holds; undefined for none, and for a file of something else. */
async function readObject(file: string): Promise<JsonObject | undefined> {
  if ((await fileSize(file)) === undefined) return undefined;
  try {
    const bytes = await readLimited(file, MODEL_LIMITS.textBytes);
    if (nestingDepth(bytes) > MODEL_LIMITS.jsonDepth) return undefined;
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
