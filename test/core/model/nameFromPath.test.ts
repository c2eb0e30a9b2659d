import { expect, it } from 'vitest';
import { nameFromPath } from '../../../src/core/model/nameFromPath';

it.each([
  ['/models/cats.onnx', 'cats.onnx'],
  ['/models/cats/model.json', 'cats'],
  ['C:\\models\\cats\\model.json', 'cats'],
  ['/runs/night/model/model.json', 'night'],
  ['/models/cats/tfjs_model/model.json', 'cats'],
  ['/models/weights.json', 'weights'],
  ['model.json', 'model'],
])('names a model by its path: %s', (file, name) => {
  expect(nameFromPath(file)).toBe(name);
});
