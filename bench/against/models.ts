import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ModelReference, PreprocessingPreset } from '../../src/core/model/modelInfo';
import { generatedModels } from '../models';

export interface ComparedModel {
  readonly name: string;
  readonly reference: ModelReference;
}

/** Folder below the shared models, file in it, and how its pictures are scaled. */
const SHARED: readonly (readonly [folder: string, file: string, preset: PreprocessingPreset])[] = [
  ['cifar10_tilalahmed', 'cifar10_model.keras', 'unit'],
  ['fashion-mnist_sami0009', 'tfjs_layers', 'unit'],
  ['fashion_mnist_pytorch_onnx', 'fashion_mnist.onnx', 'unit'],
  ['mobilenet_v1_0.25_128', 'mobilenet_v1_0.25_128_nhwc.onnx', 'signed'],
  ['teachable-machine_waste', 'model.json', 'signed'],
  ['squeezenet1.1', 'squeezenet1.1.onnx', 'torchvision'],
];

/**
 * The models of a comparison: bundled, shared where they are there, those of the command line, and, unless it is to be `quick`, the
 * generated ones (into `folder`). Scaling is given, so that no checkout has to guess it.
 */
export function comparedModels(
  root: string,
  folder: string,
  { paths, models, quick }: { paths: readonly string[]; models: readonly string[]; quick: boolean },
): ComparedModel[] {
  const wanted = (name: string): boolean => models.length === 0 || models.includes(name);
  const shared = path.join(root, '..', 'shared', 'data', 'models');
  const files: ComparedModel[] = [
    ...['fashion-mnist', 'flowers'].map((name) => ({
      name,
      reference: { path: path.join(root, 'media', 'models', name) },
    })),
    ...SHARED.map(([name, file, preset]) => ({
      name,
      reference: { path: path.join(shared, name, file), spec: { input: { preset } } },
    })),
    ...paths.map((file) => ({
      name: path.basename(file, path.extname(file)),
      reference: { path: path.resolve(file) },
    })),
  ];
  const generated = quick && models.length === 0 ? [] : generatedModels(folder, wanted);
  return [
    ...files.filter(({ name, reference }) => wanted(name) && existsSync(reference.path)),
    ...generated.map(({ name, onnx }) => ({ name, reference: onnx })),
  ];
}
