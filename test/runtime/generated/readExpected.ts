import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeNpy } from '../../../src/formats/npy/npy';
import type { Expected, Slope } from './expected';

/** What a Python script wrote beside a model: expected.json, pictures.npy, directions.npy. */
interface Document extends Omit<Expected, 'pictures' | 'slopes'> {
  readonly model: string;
  /** The choices that the model is made of, `part=choice` each. */
  readonly kind: string;
  readonly slopes: readonly Omit<Slope, 'direction'>[];
}

export interface MadeModel {
  readonly path: string;
  readonly kind: string;
  readonly expected: Expected;
}

/** Reads a folder of scripts/robustness/make_models.py; undefined if it holds no complete model. */
export async function readMadeModel(folder: string): Promise<MadeModel | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'expected.json'), 'utf8');
  } catch {
    return undefined;
  }
  const { model, kind, slopes, ...rest } = JSON.parse(text) as Document;
  const rows = async (name: string): Promise<Float32Array[]> => {
    const { data, shape } = decodeNpy(await readFile(path.join(folder, name)), name);
    const size = data.length / shape[0]!;
    return Array.from({ length: shape[0]! }, (_, at) => Float32Array.from(data.subarray(at * size, (at + 1) * size)));
  };
  const pictures = await rows('pictures.npy');
  const directions = slopes.length > 0 ? await rows('directions.npy') : [];
  const expected = { ...rest, pictures, slopes: slopes.map((slope, at) => ({ ...slope, direction: directions[at]! })) };
  return { path: path.join(folder, model), kind, expected };
}
