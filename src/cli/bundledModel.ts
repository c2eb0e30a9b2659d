import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors';

const BUNDLED_MODEL = path.join('media', 'models', 'fashion-mnist', 'model.json');

/** The model that comes with the program: below the nearest folder above the program that has it. */
export function bundledModelPath(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, BUNDLED_MODEL);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder))
      throw new UserError('file-missing', 'The bundled model is not installed.', 'Name a model with --model.');
  }
}
