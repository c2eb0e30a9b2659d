import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeNpy } from '../../../src/formats/npy/npy';
import type { Expected } from './expected';
import type { GeneratedModel } from './generate';

/** Writes a model with its lens.json; returns the path of the model. */
export async function writeModel(folder: string, model: GeneratedModel): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'model.onnx');
  await writeFile(file, model.bytes);
  if (model.spec !== undefined) await writeFile(path.join(folder, 'model.lens.json'), JSON.stringify(model.spec));
  return file;
}

/** Writes the pictures and what is expected of them beside the model, for a look at it by hand. */
export async function writeExpected(folder: string, expected: Expected, more: object): Promise<void> {
  const { pictures, probabilities, height, width, channels, ...rest } = expected;
  for (const [at, picture] of pictures.entries())
    await writeFile(
      path.join(folder, at === 0 ? 'picture.npy' : `picture-${at}.npy`),
      encodeNpy(picture, [height, width, channels]),
    );
  const slopes = rest.slopes.map(({ value, tolerance }) => ({ value, tolerance }));
  await writeFile(
    path.join(folder, 'expected.json'),
    JSON.stringify({ probabilities: probabilities.map((row) => Array.from(row)), ...rest, slopes, ...more }, null, 1),
  );
}
