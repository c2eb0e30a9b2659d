import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../core/errors';
import { foreignArchive } from './archive';
import { huggingFaceFolder, WEIGHTS_ALONE } from './huggingFace';
import type { Foreign, Place } from './place';
import { exportOf, foreignPickle } from './pytorch';

/** As many bytes as tell every format that is known by its beginning. */
export const FOREIGN_HEAD = 4096;

/**
 * Throws for a file that another program reads, with the line that exports its model: `UserError` `model-unreadable` for a Git LFS
 * pointer, else `model-unsupported`. Nothing of what the file holds is run, and little of it is read.
 */
export async function refuseForeign(file: string, head: Uint8Array): Promise<void> {
  const name = path.basename(file);
  if (isPointer(head)) throw pointer(name);
  const siblings = await readdir(path.dirname(file)).catch(() => []);
  const place = { file, name, head, siblings };
  const found = (await byContent(place)) ?? byName(place);
  if (found !== undefined) throw new UserError('model-unsupported', `${name} ${found.what}.`, found.next);
}

/** Does a file begin as what Git LFS leaves in the place of one that was not fetched? */
export function isPointer(head: Uint8Array): boolean {
  return startsWith(head, 'version https://git-lfs.github.com/spec/');
}

function pointer(name: string): UserError {
  return new UserError(
    'model-unreadable',
    `${name} is a Git LFS pointer: the model itself was not downloaded.`,
    'Fetch it with “git lfs pull”, or download the file itself.',
  );
}

function startsWith(head: Uint8Array, text: string, at = 0): boolean {
  return Array.from(text).every((letter, index) => head[at + index] === letter.charCodeAt(0));
}

const RELEARN = 'Export the model that it was made from as ONNX; this format cannot be turned back into one.';

async function byContent(place: Place): Promise<Foreign | undefined> {
  const { head, name } = place;
  if (startsWith(head, 'PK\u0003\u0004')) return foreignArchive(place);
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return foreignPickle(place);
  if (isSafetensors(head))
    return huggingFaceFolder(place) ?? { what: `holds weights in safetensors, ${WEIGHTS_ALONE}`, next: exportOf(name) };
  if (/\.pb$/i.test(name)) return frozenGraph(place);
  if (/\.mlmodel$/i.test(name)) return { what: 'is a Core ML model', next: RELEARN };
  if (startsWith(head, 'GGUF')) return { what: 'is a GGUF file of weights', next: RELEARN };
  if (startsWith(head, 'ftrt') || startsWith(head, 'ptrt')) return ENGINE;
  if (/^\s*(<\?xml[^>]*>\s*)?<net\b/.test(new TextDecoder().decode(head))) return OPENVINO;
  return undefined;
}

const ENGINE: Foreign = {
  what: 'is an engine of TensorRT, compiled for one kind of graphics card',
  next: 'Choose the ONNX file that it was built from.',
};
const OPENVINO: Foreign = {
  what: 'is a model of OpenVINO',
  next: 'Choose the ONNX file that it was converted from, or export the model again as ONNX from where it was trained; OpenVINO writes none.',
};

/** A header's length in eight bytes and the header, JSON. */
function isSafetensors(head: Uint8Array): boolean {
  const length = head.slice(0, 8).reduceRight((sum, byte) => sum * 256 + byte, 0);
  return head[8] === 0x7b && head[9] === 0x22 && length >= 2 && length < 2 ** 32;
}

/** Of TensorFlow: a SavedModel begins with its schema's version, 1, a frozen graph with its first node. */
function frozenGraph({ head, file, name }: Place): Foreign {
  if (name === 'saved_model.pb' || (head[0] === 0x08 && head[1] === 0x01 && head[2] === 0x12))
    return { what: 'belongs to a SavedModel of TensorFlow', next: savedModelExport(path.basename(path.dirname(file))) };
  return {
    what: 'is a frozen graph of TensorFlow',
    next: `Convert it with “python -m tf2onnx.convert --graphdef ${name} --inputs NAME:0 --outputs NAME:0 --output model.onnx”, with the names of its input and output.`,
  };
}

function savedModelExport(folder: string): string {
  return `Convert its folder with “python -m tf2onnx.convert --saved-model ${folder} --output model.onnx”.`;
}

function paddleExport(name: string): string {
  return `Convert it with “paddle2onnx --model_dir . --model_filename ${name} --params_filename ${name.replace(/\.[^.]*$/, '')}.pdiparams --save_file model.onnx” in its folder.`;
}

/** Formats that do not tell themselves by their first bytes. */
function byName(place: Place): Foreign | undefined {
  const { name, siblings } = place;
  const stem = name.replace(/\.[^.]*$/, '');
  const beside = (ending: string): boolean => siblings.includes(stem + ending);
  if (/\.(engine|plan|trt)$/i.test(name)) return ENGINE;
  if (/\.pdmodel$/i.test(name) || (/\.json$/i.test(name) && beside('.pdiparams')))
    return { what: 'is a network of PaddlePaddle', next: paddleExport(name) };
  if (/\.pdiparams(\.info)?$/i.test(name)) {
    const network = beside('.json') ? `${stem}.json` : `${stem}.pdmodel`;
    return { what: 'holds weights of PaddlePaddle without the network', next: paddleExport(network) };
  }
  if (/\.bin$/i.test(name) && beside('.xml')) return { ...OPENVINO, what: 'holds the weights of a model of OpenVINO' };
  if (/\.(index|data-\d+-of-\d+|meta)$/i.test(name) && siblings.some((each) => /\.data-\d+-of-\d+$/.test(each)))
    return {
      what: 'belongs to a checkpoint of TensorFlow, which holds weights without the network',
      next: 'Build the model in Python, load the checkpoint, and save it with model.save("model.keras").',
    };
  if (/\.(caffemodel|prototxt)$/i.test(name)) return { what: 'is a file of Caffe', next: RELEARN };
  if (/\.(safetensors|msgpack)$/i.test(name)) return { what: `holds weights, ${WEIGHTS_ALONE}`, next: exportOf(name) };
  return undefined;
}

/** What a folder without a model that can be opened holds of other programs. */
export function foreignFolder(folder: string, names: readonly string[]): Foreign | undefined {
  const base = path.basename(folder);
  if (names.includes('saved_model.pb')) return { what: 'is a SavedModel of TensorFlow', next: savedModelExport(base) };
  if (names.includes('Manifest.json') && /\.mlpackage$/i.test(base))
    return { what: 'is a Core ML model', next: RELEARN };
  const first = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const paddle = first(/\.pdmodel$/) ?? first(/\.pdiparams$/)?.replace(/\.pdiparams$/, '.json');
  if (paddle !== undefined) return { what: 'holds a network of PaddlePaddle', next: paddleExport(paddle) };
  const xml = first(/\.xml$/i);
  if (xml !== undefined && names.includes(xml.replace(/\.xml$/i, '.bin')))
    return { ...OPENVINO, what: 'holds a model of OpenVINO' };
  const weights = first(/\.(safetensors|pt|pth|ckpt)$/i) ?? first(/^pytorch_model.*\.bin$/);
  if (weights === undefined) return undefined;
  const place = { file: path.join(folder, weights), name: weights, head: new Uint8Array(), siblings: names };
  return (
    huggingFaceFolder(place) ?? {
      what: `holds ${weights}, which is PyTorch's and cannot be opened`,
      next: `Choose ${path.join(folder, weights)} to be told how it is exported.`,
    }
  );
}
