import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { ModelSpec } from '../../src/core/model/modelInfo';
import { FASHION_MNIST_CLASSES } from '../../src/training/data/fashionMnist';

/** Writes `model.json`, `weights.bin` (TF.js layers format) and `lens.json` into `folder`. */
export async function saveNetwork(network: layers.LayersModel, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await network.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const weights = tf.io.CompositeArrayBuffer.join(artifacts.weightData);
      const description = {
        format: 'layers-model',
        generatedBy: artifacts.generatedBy ?? null,
        convertedBy: null,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
      };
      await writeFile(join(folder, 'model.json'), `${JSON.stringify(description)}\n`);
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(weights));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const spec: ModelSpec = {
    name,
    classes: FASHION_MNIST_CLASSES,
    input: { height: 28, width: 28, color: 'grayscale', preset: 'unit', resize: 'pad', interpolation: 'area' },
  };
  await writeFile(join(folder, 'lens.json'), `${JSON.stringify(spec, null, 2)}\n`);
}
