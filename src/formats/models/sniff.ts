import { UserError } from '../../core/errors';
import type { JsonObject } from '../json/json';
import { arrayAt, isJsonObject, objectAt, stringAt } from '../json/json';

export type FileKind = 'json' | 'onnx' | 'hdf5' | 'zip' | 'tflite' | 'unknown';

const SUPPORTED =
  'TensorFlow.js models (model.json with its weight files), ONNX files, Keras files (.keras, .h5) and TFLite files can be opened.';

/** What kind of file starts with these bytes; the first 512 are enough. */
export function sniffFile(head: Uint8Array): FileKind {
  const startsWith = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (startsWith(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return 'hdf5';
  if (isTflite(head)) return 'tflite';
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return 'zip';
  let start = startsWith(0xef, 0xbb, 0xbf) ? 3 : 0;
  while (start < head.length && [0x20, 0x09, 0x0a, 0x0d].includes(head[start]!)) start++;
  if (head[start] === 0x7b) return 'json';
  return looksLikeOnnx(head) ? 'onnx' : 'unknown';
}

/** A FlatBuffer says behind its first offset what it holds. */
function isTflite(head: Uint8Array): boolean {
  return [0x54, 0x46, 0x4c, 0x33].every((byte, index) => head[4 + index] === byte);
}

/** ONNX's ModelProto starts with its ir_version (field 1, varint) followed by another low field of known wire type. */
function looksLikeOnnx(head: Uint8Array): boolean {
  if (head[0] !== 0x08 || head[1] === undefined || head[1] < 1 || head[1] > 0x20) return false;
  const key = head[2];
  if (key === undefined) return false;
  return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(key);
}

/** The kind of a file that may be a model. Throws `UserError('model-unsupported')` for all others, saying what can be opened. */
export function fileFormat(kind: FileKind, name: string): Exclude<FileKind, 'unknown'> {
  if (kind !== 'unknown') return kind;
  throw new UserError('model-unsupported', `${name} is no model format that is known here.`, SUPPORTED);
}

/** Tells layers models from graph models by what the JSON holds. Throws `UserError('model-unsupported')`. */
export function sniffModelJson(json: JsonObject, name: string): 'tfjs-layers' | 'tfjs-graph' {
  const topology = json.modelTopology;
  if (isJsonObject(topology)) {
    if (arrayAt(topology, 'node') !== undefined) return 'tfjs-graph';
    const isModel = ['model_config', 'modelConfig'].some((key) => objectAt(topology, key) !== undefined);
    if (isModel || ['class_name', 'className'].some((key) => stringAt(topology, key) !== undefined)) {
      return 'tfjs-layers';
    }
  }
  throw new UserError('model-unsupported', `${name} is JSON, but not a TensorFlow.js model.`, SUPPORTED);
}
