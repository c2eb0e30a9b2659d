import { open } from 'node:fs/promises';
import { workspace } from 'vscode';

/** Where models may lie in the workspace. */
const MODEL_FILES = '**/{model.json,*.onnx,*.keras,*.h5,*.tflite}';
/** The path of a file that may be one. */
export const MODEL_NAME = /(\/model\.json|\.(onnx|keras|h5|tflite))$/;

const MOST_MODELS = 50;
const HEAD_BYTES = 4096;
/** What the first lines of a TensorFlow.js model hold; package manifests and data files of the same name do not. */
const MODEL_HEAD = /"(modelTopology|weightsManifest)"|"format"\s*:\s*"(layers|graph)-model"/;

/** What a training run keeps on the way to its model would bury the others; it can be chosen as a file. */
const CHECKPOINTS = ['**/checkpoints/' + '[0-9]'.repeat(8) + '/**', '**/state/network/**'];

/** Paths of the workspace's files that look like models. */
export async function findModels(): Promise<readonly string[]> {
  const left = ['**/node_modules/**', ...CHECKPOINTS];
  const found = await workspace.findFiles(MODEL_FILES, `{${left.join(',')}}`, MOST_MODELS);
  const paths = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const models = await Promise.all(paths.map(looksLikeModel));
  return paths.filter((_, index) => models[index]).sort();
}

/** ONNX and Keras files are told by their names; the engine looks at what they hold when they are opened. */
async function looksLikeModel(path: string): Promise<boolean> {
  if (!path.endsWith('.json')) return true;
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return MODEL_HEAD.test(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
