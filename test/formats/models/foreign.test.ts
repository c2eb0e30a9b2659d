import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelFiles } from '../../../src/runtime/modelFiles';
import { externalDataIn } from '../../../src/runtime/onnx/externalData';
import { zip } from '../../training/data/files';

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'foreign-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const zipOf = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zip(Object.entries(files).map(([name, content]) => ({ name, content: Buffer.from(content) })));

type Files = Readonly<Record<string, string | Uint8Array>>;

/** What is said of the first of the files, or of the folder, in a folder of their own. */
async function refusal(name: string, files: Files, chosen = Object.keys(files)[0]!): Promise<string> {
  const own = path.join(folder, name);
  mkdirSync(own, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(own, file), content);
  const error = (await readModelFiles({ path: path.join(own, chosen) }).catch((reason: unknown) => reason)) as {
    message: string;
    hint: string;
  };
  return `${error.message} ${error.hint}`;
}

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

/** An archive as torch.save writes it, whose pickle names these classes. */
const torch = (...classes: readonly string[]): Uint8Array =>
  zipOf({ 'm/data.pkl': bytes([0x80, 2], ...classes.map((name) => `c${name}\n`)), 'm/version': bytes('3\n') });
const legacy = (text: string): Uint8Array =>
  bytes([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e], text);
const safetensors = bytes([40, 0, 0, 0, 0, 0, 0, 0], '{"weight":{"dtype":"F32"}}');

describe('files of other programs are told what they are and how their model is exported', () => {
  it.each<[string, Files, RegExp, RegExp]>([
    [
      'state',
      { 'a.pth': torch('collections\nOrderedDict') },
      /a\.pth is a checkpoint of PyTorch: weights/,
      /load_state_dict\(torch\.load\("a\.pth"\)\)/,
    ],
    ['old-state', { 'a.pth': legacy('ccollections\nOrderedDict\n') }, /checkpoint of PyTorch/, /torch\.onnx\.export/],
    [
      'whole',
      { 'a.pt': torch('torchvision.models.resnet\nResNet') },
      /whole model of PyTorch/,
      /torch\.load\("a\.pt", weights_only=False\)/,
    ],
    [
      'old-whole',
      { 'a.pt': legacy('ctorch.nn.modules.container\nSequential\n') },
      /whole model of PyTorch/,
      /weights_only=False/,
    ],
    [
      'ultralytics',
      { 'best.pt': torch('ultralytics.nn.tasks\nClassificationModel', 'torch.nn.modules.conv\nConv2d') },
      /Ultralytics/,
      /yolo export model=best\.pt format=onnx/,
    ],
    [
      'yolov5',
      { 'best.pt': torch('models.yolo\nClassificationModel') },
      /YOLOv5/,
      /export\.py --weights best\.pt --include onnx/,
    ],
    ['fastai', { 'export.pkl': torch('fastai.learner\nLearner') }, /fast\.ai/, /load_learner\("export\.pkl"\)/],
    [
      'lightning',
      { 'a.ckpt': torch('collections\nOrderedDict', 'X\npytorch-lightning_version') },
      /Lightning/,
      /to_onnx/,
    ],
    [
      'script',
      { 'a.pt': zipOf({ 'm/data.pkl': bytes([0x80, 2]), 'm/code/__torch__.py': bytes('x') }) },
      /TorchScript/,
      /torch\.jit\.load\("a\.pt"\)\.eval\(\).*dynamo=False/,
    ],
    [
      'exported',
      { 'a.pt2': zipOf({ 'm/archive_format': bytes('pt2'), 'm/models/model.json': bytes('{}') }) },
      /torch\.export/,
      /torch\.onnx\.export\(torch\.export\.load\("a\.pt2"\), f="model\.onnx"\)/,
    ],
    ['pickle', { 'a.pkl': bytes([0x80, 4], 'sklearn') }, /pickle of Python/, /Load it in Python/],
    ['safetensors', { 'a.safetensors': safetensors }, /weights in safetensors/, /safetensors\.torch\.load_file/],
    [
      'huggingface',
      { 'model.safetensors': safetensors, 'config.json': '{"model_type":"vit"}' },
      /Hugging Face model \(vit\)/,
      /optimum-cli export onnx --model huggingface /,
    ],
    [
      'timm',
      {
        'model.safetensors': safetensors,
        'config.json': '{"architecture":"resnet18","num_classes":5,"pretrained_cfg":{}}',
      },
      /timm's resnet18/,
      /create_model\("resnet18", num_classes=5, checkpoint_path="model\.safetensors"\)/,
    ],
    [
      'coreml',
      { 'a.mlmodel': bytes([0x08, 4, 0x12, 1, 0]) },
      /Core ML/,
      /Export the model that it was made from as ONNX/,
    ],
    ['frozen', { 'a.pb': bytes([0x0a, 3], 'abc') }, /frozen graph of TensorFlow/, /tf2onnx\.convert --graphdef a\.pb/],
    [
      'saved',
      { 'saved_model.pb': bytes([0x08, 1, 0x12, 1, 0]) },
      /SavedModel of TensorFlow/,
      /tf2onnx\.convert --saved-model saved /,
    ],
    [
      'openvino',
      { 'a.xml': '<?xml version="1.0"?>\n<net name="a">', 'a.bin': 'w' },
      /OpenVINO/,
      /ONNX file that it was converted from/,
    ],
    ['openvino-weights', { 'b.bin': 'w', 'b.xml': '<net>' }, /weights of a model of OpenVINO/, /ONNX/],
    ['engine', { 'a.engine': bytes('ftrt') }, /TensorRT/, /ONNX file that it was built from/],
    [
      'paddle',
      { 'inference.pdmodel': bytes([0x0a, 1]), 'inference.pdiparams': 'w' },
      /PaddlePaddle/,
      /paddle2onnx .*--model_filename inference\.pdmodel --params_filename inference\.pdiparams/,
    ],
    [
      'paddle-json',
      { 'inference.json': '{"base_code":{}}', 'inference.pdiparams': 'w' },
      /PaddlePaddle/,
      /--model_filename inference\.json/,
    ],
    [
      'checkpoint',
      { 'm.ckpt.index': 'x', 'm.ckpt.data-00000-of-00001': 'w' },
      /checkpoint of TensorFlow/,
      /model\.save/,
    ],
    ['archive', { 'a.zip': zipOf({ 'x/model.onnx': bytes('x') }) }, /zip archive around x\/model\.onnx/, /Unpack it/],
    ['pointer', { 'model.onnx': POINTER }, /Git LFS pointer/, /git lfs pull/],
    ['pointer-keras', { 'model.keras': POINTER }, /model\.keras is a Git LFS pointer/, /git lfs pull/],
    ['pointer-h5', { 'model.h5': POINTER }, /Git LFS pointer/, /git lfs pull/],
    ['unknown', { 'a.bin': 'hello' }, /no model format that is known/, /ONNX files/],
  ])('%s', async (name, files, what, next) => {
    const said = await refusal(name, files);
    expect(said).toMatch(what);
    expect(said).toMatch(next);
    expect(said).not.toMatch(/another engine|exported completely/);
  });

  it.each<[string, Files, RegExp, RegExp]>([
    ['saved-folder', { 'saved_model.pb': 'x' }, /SavedModel/, /--saved-model saved-folder /],
    ['a.mlpackage', { 'Manifest.json': '{}' }, /Core ML/, /as ONNX/],
    [
      'hf-folder',
      { 'config.json': '{"model_type":"vit"}', 'model.safetensors': 'x' },
      /Hugging Face model \(vit\)/,
      /optimum-cli export onnx --model hf-folder /,
    ],
    ['paddle-folder', { 'inference.pdiparams': 'w', 'inference.json': '{}' }, /PaddlePaddle/, /paddle2onnx/],
    ['openvino-folder', { 'a.xml': '<net>', 'a.bin': 'w' }, /OpenVINO/, /ONNX/],
    ['torch-folder', { 'best.pt': 'w' }, /holds best\.pt/, /Choose .*best\.pt/],
  ])('the folder %s', async (name, files, what, next) => {
    const said = await refusal(name, files, '.');
    expect(said).toMatch(what);
    expect(said).toMatch(next);
  });

  it('a folder whose model lies in a folder “onnx” names it', async () => {
    mkdirSync(path.join(folder, 'exported', 'onnx'), { recursive: true });
    writeFileSync(path.join(folder, 'exported', 'onnx', 'model_int8.onnx'), 'x');
    writeFileSync(path.join(folder, 'exported', 'onnx', 'model.onnx'), 'x');
    expect(await refusal('exported', { 'config.json': '{}' }, '.')).toMatch(/onnx.model\.onnx/);
  });
});

describe('weights in a second file', () => {
  it('that is missing, or a Git LFS pointer, are told so', () => {
    const own = path.join(folder, 'two-files');
    mkdirSync(own);
    writeFileSync(path.join(own, 'pointer.data'), POINTER);
    const read = externalDataIn(own);
    expect(() => read('model.onnx.data', 0, 4)).toThrow(/second file, "model\.onnx\.data", which is missing/);
    expect(() => read('pointer.data', 0, 4)).toThrow(/Git LFS pointer/);
  });
});
