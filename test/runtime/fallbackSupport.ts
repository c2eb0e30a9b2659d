import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomNumbers } from './support';

interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A small model, its scores for two pictures and the derivative of the score of class 1 of each (scripts/golden). */
export interface FallbackCase {
  readonly name: string;
  readonly config: object;
  readonly weights: readonly StoredWeight[];
  /** Two rows of three. */
  readonly scores: Float32Array;
  /** With respect to the two pictures in the layout of the model's input. */
  readonly gradient: Float32Array;
}

/** What Keras says of the layers of scripts/golden/fallback_layers.py. */
export function fallbackCases(): FallbackCase[] {
  const file = path.join(import.meta.dirname, '../golden/fallbackLayers.json');
  const stored = JSON.parse(readFileSync(file, 'utf8')) as (Omit<FallbackCase, 'scores' | 'gradient'> & {
    readonly scores: string;
    readonly gradient: { readonly unit: number; readonly data: string };
  })[];
  return stored.map((each) => ({ ...each, scores: decode(each.scores), gradient: decodeSmall(each.gradient) }));
}

/** The numbers that the script gave weight `index` of a model. */
function weightValues({ name, shape }: StoredWeight, index: number): Float32Array {
  const shift = name.includes('variance') ? 0.3 : -0.5;
  const size = shape.reduce((product, length) => product * length, 1);
  return randomNumbers(size, 100 + index).map((value) => value + Math.fround(shift));
}

/** Writes the model as the tensorflowjs converter does, and that its pixels [0, 1] become [−2, 2]. */
export async function writeFallbackCase({ config, weights }: FallbackCase, folder: string): Promise<string> {
  const topology = { keras_version: '3.15.1', backend: 'tensorflow', model_config: config };
  const filled = weights.map((each, index) => ({ ...each, values: weightValues(each, index) }));
  await writeTopology(topology, filled, folder);
  await writeFile(path.join(folder, 'lens.json'), JSON.stringify({ input: { range: [-2, 2] } }));
  return folder;
}

/** Writes a layers model with its weights in one file. */
export async function writeTopology(
  modelTopology: object,
  weights: readonly (StoredWeight & { readonly values: Float32Array })[],
  folder: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const described = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const manifest = [{ paths: ['weights.bin'], weights: described }];
  const values = weights.map((each) => Buffer.from(each.values.buffer));
  await writeFile(path.join(folder, 'weights.bin'), Buffer.concat(values));
  await writeFile(path.join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest: manifest }));
  return folder;
}

/** Pictures of a model whose channels come first with their channels last, as pixels are kept; others as they are. */
export function inLastOrder(
  { name }: FallbackCase,
  data: Float32Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): Float32Array {
  if (!name.startsWith('channels first')) return data;
  const plane = height * width;
  return data.map((_, last) => {
    const picture = Math.floor(last / (plane * channels));
    const pixel = Math.floor(last / channels) % plane;
    return data[(picture * channels + (last % channels)) * plane + pixel]!;
  });
}

function decode(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

function decodeSmall({ unit, data }: { readonly unit: number; readonly data: string }): Float32Array {
  return Float32Array.from(new Int16Array(new Uint8Array(Buffer.from(data, 'base64')).buffer), (value) => value * unit);
}
