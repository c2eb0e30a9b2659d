import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ModelReference, PreprocessingPreset } from '../src/core/model/modelInfo';
import { buildLayers } from './architectures/layersNetwork';
import { mobilenetV2 } from './architectures/mobilenetV2';
import type { Architecture } from './architectures/network';
import { buildOnnx } from './architectures/onnxNetwork';
import { resnet50 } from './architectures/resnet50';

export interface BenchModel {
  readonly name: string;
  /** What it is, for the report. */
  readonly words: string;
  /** The file that ONNX Runtime's engine and PyTorch take. */
  readonly onnx: ModelReference;
  /** The file that the engines of TensorFlow.js take. */
  readonly tensorflow: ModelReference | undefined;
}

const SEED = 20_17;
const SIDE = 224;

/** The models of a run: bundled, shared, generated (into `folder`) and those of the command line; absent files are left out. */
export function benchModels(
  root: string,
  folder: string,
  paths: readonly string[],
  names: readonly string[],
): BenchModel[] {
  const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
  const shared = path.join(root, '..', 'shared', 'data', 'models');
  const bundled = path.join(root, 'media', 'models', 'fashion-mnist');
  const files: BenchModel[] = [
    ...[bundled, ...paths].map((file) => ({
      name: path.basename(file, path.extname(file)),
      words: path.dirname(file).endsWith(path.join('media', 'models'))
        ? 'bundled, 28 × 28'
        : 'named on the command line',
      onnx: { path: file },
      tensorflow: file.endsWith('.onnx') ? undefined : { path: file },
    })),
    {
      name: 'squeezenet1.1',
      words: 'published weights, 224 × 224',
      onnx: described(path.join(shared, 'squeezenet1.1', 'squeezenet1.1.onnx'), 'torchvision'),
      tensorflow: described(path.join(shared, 'squeezenet1.1', 'tfjs_layers'), 'torchvision'),
    },
    {
      name: 'mobilenet_v1_0.25_128',
      words: 'published weights, 128 × 128',
      onnx: described(path.join(shared, 'mobilenet_v1_0.25_128', 'mobilenet_v1_0.25_128_nhwc.onnx'), 'signed'),
      tensorflow: described(path.join(shared, 'mobilenet_v1_0.25_128', 'tfjs_layers'), 'signed'),
    },
  ];
  return [
    ...files.filter(({ name, onnx }) => wanted(name) && existsSync(onnx.path)),
    ...generatedModels(folder, wanted),
  ];
}

/** Models of published architectures with seeded weights, written into `folder`. */
export function generatedModels(folder: string, wanted: (name: string) => boolean): BenchModel[] {
  return [
    ...(wanted('mobilenet-v2-like') ? [generated('mobilenet-v2-like', mobilenetV2, folder)] : []),
    ...(wanted('resnet-50-like') ? [generated('resnet-50-like', resnet50, folder)] : []),
  ];
}

function described(file: string, preset: PreprocessingPreset): ModelReference {
  return { path: file, spec: { input: { preset } } };
}

function generated(name: string, architecture: Architecture, folder: string): BenchModel {
  const place = path.join(folder, name);
  mkdirSync(place, { recursive: true });
  const onnx = path.join(place, 'model.onnx');
  writeFileSync(onnx, buildOnnx(architecture, SIDE, SEED));
  const { json, weights } = buildLayers(architecture, SIDE, SEED);
  writeFileSync(path.join(place, 'model.json'), json);
  writeFileSync(path.join(place, 'weights.bin'), weights);
  return {
    name,
    words: `seeded weights, ${SIDE} × ${SIDE}`,
    onnx: described(onnx, 'torchvision'),
    tensorflow: described(path.join(place, 'model.json'), 'torchvision'),
  };
}
