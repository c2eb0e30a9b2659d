import { UserError } from '../errors';
import type { LayerInfo, ModelInfo } from './modelInfo';

/** The last layer that still has places in the picture and that the scores are made of: what class activation maps look at. */
export function lastSpatialLayer(layers: readonly LayerInfo[]): LayerInfo | undefined {
  return spatialLayers(layers).at(-1);
}

/** Layers that have more than one place in the picture and that the scores are made of. */
export function spatialLayers(layers: readonly LayerInfo[]): readonly LayerInfo[] {
  return layers.filter(
    ({ form, shape, feedsScores }) => form === 'spatial' && feedsScores && shape[0]! * shape[1]! > 1,
  );
}

/**
 * The layer of this name: its id, or the module of PyTorch whose last value it is, modules within it included.
 * Throws `UserError('unknown-layer')`: there is none, or the engine does not tell layers apart.
 */
export function findLayer({ layers, engine }: Pick<ModelInfo, 'layers' | 'engine'>, name: string): LayerInfo {
  if (layers === undefined) throw layersUnavailable(engine);
  const found = layers.find(({ id }) => id === name) ?? layers.filter(({ scope }) => isWithin(scope, name)).at(-1);
  if (found !== undefined) return found;
  const close = layers.filter(({ id, scope }) => [id, scope ?? ''].some((each) => each.includes(name))).slice(-3);
  const listed = close.map(({ id }) => `“${id}”`).join(', ');
  throw new UserError(
    'unknown-layer',
    `The model has no layer “${name}”.`,
    close.length > 0 && name !== '' ? `Is it one of ${listed}?` : 'The command “gradient-lens info” lists its layers.',
  );
}

function isWithin(scope: string | undefined, name: string): boolean {
  return scope !== undefined && name !== '' && `${scope}.`.startsWith(`${name}.`);
}

/** Of engines that run a network as a whole. */
export function layersUnavailable(engine: ModelInfo['engine']): UserError {
  return new UserError(
    'unknown-layer',
    engine === 'onnx'
      ? "The model's file runs as it is, so its layers cannot be looked at."
      : `The engine ${engine} does not give values of layers.`,
    engine === 'onnx'
      ? 'Choose a method that needs no layer.'
      : 'Choose the engine onnx, or a method that needs no layer.',
  );
}
