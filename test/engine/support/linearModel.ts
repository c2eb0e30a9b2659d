import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

/** A model with closed-form answers: logits = aᵀW + b of a grey image a, height × width × 1. */
export interface LinearModel {
  readonly height: number;
  readonly width: number;
  /** Pixels × classes. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly classes: readonly string[];
}

/** Writes it as a TF.js layers model with a `lens.json`; the path of its `model.json`. */
export function writeLinearModel(folder: string, model: LinearModel): string {
  const { height, width, weights, bias, classes } = model;
  mkdirSync(folder, { recursive: true });
  const layers = [
    {
      class_name: 'Flatten',
      config: { name: 'flatten', batch_input_shape: [null, height, width, 1], dtype: 'float32', trainable: true },
    },
    {
      class_name: 'Dense',
      config: { name: 'dense', units: bias.length, activation: 'linear', use_bias: true, trainable: true },
    },
  ];
  const topology = {
    format: 'layers-model',
    generatedBy: 'test',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'linear', layers },
      keras_version: 'tfjs-layers 4.22.0',
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'dense/kernel', shape: [weights.length, bias.length], dtype: 'float32' },
          { name: 'dense/bias', shape: [bias.length], dtype: 'float32' },
        ],
      },
    ],
  };
  const specification = {
    name: 'Linear',
    classes,
    input: { height, width, color: 'grayscale', preset: 'unit', resize: 'stretch', interpolation: 'nearest' },
  };
  writeFileSync(path.join(folder, 'model.json'), JSON.stringify(topology));
  writeFileSync(
    path.join(folder, 'weights.bin'),
    new Uint8Array(Float32Array.from([...weights.flat(), ...bias]).buffer),
  );
  writeFileSync(path.join(folder, 'lens.json'), JSON.stringify(specification));
  return path.join(folder, 'model.json');
}

/** aᵀW + b. */
export function logitsOf({ weights, bias }: LinearModel, image: readonly number[]): number[] {
  return bias.map((start, index) => image.reduce((sum, pixel, row) => sum + pixel * weights[row]![index]!, start));
}

export function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** ∂/∂a of the cross-entropy of `label`: W·(softmax(logits) − onehot(label)). */
export function lossGradient(model: LinearModel, image: readonly number[], label: number): number[] {
  const errors = softmax(logitsOf(model, image)).map((p, index) => p - (index === label ? 1 : 0));
  return model.weights.map((row) => row.reduce((sum, weight, index) => sum + weight * errors[index]!, 0));
}

/** A grey 8-bit PNG. */
export async function writeGreyPng(
  file: string,
  bytes: readonly number[],
  width: number,
  height: number,
): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const png = await sharp(Uint8Array.from(bytes), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  writeFileSync(file, png);
}
