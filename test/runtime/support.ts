import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageBatch } from '../../src/core/image/pixels';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import type { EngineId, ModelReference } from '../../src/core/model/modelInfo';
import { loadClassifier } from '../../src/runtime/loadClassifier';

export const sharedData = path.resolve(__dirname, '../../../shared/data');
export const hasSharedData = existsSync(path.join(sharedData, 'models'));

/** A folder that is removed with `removeFolders`. */
const folders: string[] = [];

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-model-'));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** Does the native engine load here; asked by loading nothing but a model that does not exist after the engine. */
export async function hasEngine(engine: EngineId): Promise<boolean> {
  const { engineCandidates } = await import('../../src/runtime/tensorflow/engines');
  try {
    return (await engineCandidates(engine, {}).next()).done === false;
  } catch {
    return false;
  }
}

/** Makes the cpu backend TensorFlow.js's own, quietly, for building models in tests. */
export async function useCpu(): Promise<void> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
}

/** Writes a layers model as TensorFlow.js does and frees it; returns its folder. */
export async function saveModel(model: LayersModel): Promise<string> {
  const folder = await makeFolder();
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      await writeArtifacts(folder, artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  return folder;
}

async function writeArtifacts(folder: string, artifacts: tf.io.ModelArtifacts): Promise<void> {
  const { weightData, weightSpecs, modelTopology, signature } = artifacts;
  const buffers = Array.isArray(weightData) ? weightData : [weightData!];
  await writeFile(path.join(folder, 'weights.bin'), Buffer.concat(buffers.map((buffer) => Buffer.from(buffer))));
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  await writeFile(path.join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest, signature }));
}

export async function load(
  folder: string,
  engine: EngineId = 'cpu',
  more: Partial<ModelReference> = {},
): Promise<Classifier> {
  return loadClassifier({ path: folder, ...more }, { engine });
}

/** Pixels in [0.1, 0.9], the same in every run. */
export function randomImages(classifier: Classifier, count: number, seed = 1): ImageBatch {
  const { height, width, channels } = classifier.info.input;
  const data = randomNumbers(count * height * width * channels, seed).map((value) => 0.1 + 0.8 * value);
  return { data, count, height, width, channels };
}

export function randomNumbers(length: number, seed: number): Float32Array {
  let state = (seed * 7919) % 2147483647;
  return Float32Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

export function largest(a: Float32Array): number {
  return a.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
}

/** Central difference of an objective's value along `direction` (unit step h), from probabilities and logits alone. */
export async function directionalDifference(
  classifier: Classifier,
  image: ImageBatch,
  objective: Objective,
  direction: Float32Array,
  h: number,
): Promise<number> {
  const shifted = (sign: number): Float32Array => image.data.map((value, i) => value + sign * h * direction[i]!);
  const size = image.data.length;
  const data = new Float32Array(size * 2);
  data.set(shifted(1), 0);
  data.set(shifted(-1), size);
  const scores = await classifier.predict({ ...image, data, count: 2 });
  const value = (row: number): number => {
    if (objective.kind === 'combination')
      return objective.weights.reduce(
        (sum, { classIndex, weight }) => sum + weight * scores.logits[row * scores.classes + classIndex]!,
        0,
      );
    const index = row * scores.classes + (objective.kind === 'cross-entropy' ? objective.label : objective.classIndex);
    if (objective.kind === 'logit') return scores.logits[index]!;
    const logits = Array.from(scores.logits.subarray(row * scores.classes, (row + 1) * scores.classes));
    const top = Math.max(...logits);
    const logSum = top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0));
    const logProbability = scores.logits[index]! - logSum;
    if (objective.kind === 'probability') return Math.exp(logProbability);
    return objective.kind === 'log-probability' ? logProbability : -logProbability;
  };
  return (value(0) - value(1)) / (2 * h);
}
