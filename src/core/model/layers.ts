import { UserError } from '../errors';
import type { ImageBatch } from '../image/pixels';
import type { LayerInfo, ModelInfo, ModelInput } from './modelInfo';

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

/** Of one image that holds values of a layer: places as pixels, positions as a column of them, units as channels of one. */
function layerSize({ form, shape }: Pick<LayerInfo, 'form' | 'shape'>): ImageSize {
  const [first = 1, second = 1, third = 1] = shape;
  if (form === 'spatial') return { height: first, width: second, channels: third };
  if (form === 'tokens') return { height: first, width: 1, channels: second };
  return { height: 1, width: 1, channels: shape.reduce((product, side) => product * side, 1) };
}

type ImageSize = Pick<ImageBatch, 'height' | 'width' | 'channels'>;

/** Values of a layer, one picture's after the other's, as images that a tail takes. */
export function layerBatch(layer: Pick<LayerInfo, 'form' | 'shape'>, data: Float32Array): ImageBatch {
  const { height, width, channels } = layerSize(layer);
  return { data, height, width, channels, count: data.length / (height * width * channels) };
}

/** What a tail says of its input: there is no preprocessing. */
export function layerInput(layer: Pick<LayerInfo, 'id' | 'form' | 'shape'>): ModelInput {
  const { height, width, channels } = layerSize(layer);
  return {
    height,
    width,
    channels,
    color: 'grayscale',
    range: [0, 1],
    mean: [0],
    std: [1],
    source: `the layer “${layer.id}”`,
    resize: 'stretch',
    interpolation: 'bilinear',
  };
}
