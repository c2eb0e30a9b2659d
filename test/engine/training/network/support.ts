import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { initialise } from '../../../../src/training/architectures/initialise';
import { createTopology, functionalModel } from '../../../../src/training/architectures/topology';
import { encodeLayersModel } from '../../../../src/training/layersModelFile';
import type { LayersModel, Minibatch } from '../../../../src/core/model/trainableNetwork';
import { makeFolder, randomNumbers } from '../../../runtime/support';

/** Saves a model as a run does; returns its folder. */
export async function saveLayersModel(
  model: LayersModel,
  input: { readonly height: number; readonly width: number },
  classes: readonly string[],
): Promise<string> {
  const folder = await makeFolder();
  const facts = { name: 'saved', classes, input: { ...input, resize: 'stretch', interpolation: 'bilinear' } as const };
  for (const [name, content] of Object.entries(encodeLayersModel(model, facts)))
    await writeFile(path.join(folder, name), content as string | Uint8Array);
  return folder;
}

/** Moves every weight by a little, so that no bias or statistic keeps its first value. */
export function shaken(model: LayersModel, seed = 9): LayersModel {
  const weights = model.weights.map(({ name, shape, data }, index) => {
    const noise = randomNumbers(data.length, seed + index).map((value) => 0.2 * (value - 0.5));
    const kernel = name.endsWith('kernel');
    return { name, shape, data: data.map((value, at) => (kernel ? value * (1 + noise[at]!) : value + noise[at]!)) };
  });
  return { ...model, weights };
}

export function minibatch(size: number, count: number, classes: number, seed = 1): Minibatch {
  const labels = Uint16Array.from({ length: count }, (_, index) => (index * 2 + 1) % classes);
  return { pixels: randomNumbers(size * count, seed), labels, count, seed };
}

/** Size of the pictures of {@link tinyNet}. */
export const tinyInput = { height: 6, width: 5, channels: 3 } as const;
const he = { class_name: 'HeNormal', config: {} };

/** Convolution, normalisation, relu, pooling, a shortcut, mean, dense. */
export function tinyNet(): LayersModel {
  const topology = createTopology();
  let x = topology.convolution('c1', topology.input(tinyInput), {
    filters: 4,
    kernel: 3,
    bias: false,
    initializer: he,
  });
  x = topology.relu('r1', topology.batchNormalization('n1', x));
  const second = topology.convolution('c2', x, { filters: 4, kernel: 3, activation: 'relu', initializer: he });
  x = topology.maxPooling('p', topology.add('a', x, second), 2, 2);
  const scores = topology.dense('d', topology.globalAverage('g', x), 3, 'softmax', he);
  const model = functionalModel('tiny', topology, scores);
  const preprocessing = { range: [-1, 1], mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7], color: 'bgr' } as const;
  return shaken({ topology: model, weights: initialise(model, topology.weights, 3), preprocessing });
}
