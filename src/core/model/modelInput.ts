import { UserError } from '../errors';
import type { ModelDescription } from './description';
import { MODEL_LIMITS } from './limits';
import type { ModelInput } from './modelInfo';
import { PRESETS } from './presets';

/** What the model itself says of its input: sizes that it leaves open are undefined. */
export interface InputShape {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  readonly layout: 'nhwc' | 'nchw';
  /** The model's own first layers scale bytes, so it wants 0…255; names the layer. */
  readonly scalesBytes?: string;
}

export interface ResolvedInput {
  readonly input: ModelInput;
  readonly warnings: readonly string[];
}

/**
 * Shape of one image from a model's input shape without the batch, e.g. [224, 224, 3] or [3, 224, 224].
 *
 * Throws `UserError('model-unsupported')` for inputs that are no image.
 */
export function readInputShape(shape: readonly (number | null)[]): InputShape {
  const [a, b, c] = shape;
  if (shape.length !== 3) {
    throw new UserError(
      'model-unsupported',
      `The model takes an input of shape [${shape.map((length) => length ?? '?').join(', ')}], which is not a picture.`,
      'Choose a model whose input is height × width × channels.',
    );
  }
  const isChannels = (length: number | null | undefined): boolean => length === 1 || length === 3;
  const layout = isChannels(a) && !isChannels(c) && c !== null ? 'nchw' : 'nhwc';
  const [height, width, channels] = layout === 'nchw' ? [b, c, a] : [a, b, c];
  return {
    ...(height && { height }),
    ...(width && { width }),
    ...(channels && { channels }),
    layout,
  };
}

/**
 * Brings together what the model says of its input and what its description says: size, colour, scaling, resizing.
 *
 * Throws `UserError('model-spec')` where the two contradict each other or the size is said nowhere, and
 * `UserError('model-unsupported')` for numbers of channels other than 1 and 3.
 */
export function resolveInput(shape: InputShape, description: ModelDescription): ResolvedInput {
  const { spec, specSource, metadata } = description;
  const said = spec.input ?? {};
  const height = resolveSide('height', shape.height, said.height, metadata?.imageSize, specSource);
  const width = resolveSide('width', shape.width, said.width, metadata?.imageSize, specSource);
  const channels = shape.channels ?? (said.color === 'grayscale' ? 1 : 3);
  if (channels !== 1 && channels !== 3) {
    throw new UserError(
      'model-unsupported',
      `The model takes ${channels} channels.`,
      'Choose a model that takes grey (1 channel) or colour (3 channels) pictures.',
    );
  }
  if (height > MODEL_LIMITS.inputSide || width > MODEL_LIMITS.inputSide) {
    throw new UserError(
      'model-unsupported',
      `The model takes pictures of ${width} × ${height} pixels.`,
      `Choose a model of at most ${MODEL_LIMITS.inputSide} pixels a side.`,
    );
  }

  const teachable = metadata?.isTeachableMachine === true;
  const preset = said.preset ?? (teachable ? 'signed' : shape.scalesBytes === undefined ? 'unit' : 'byte');
  const { color: presetColor = 'rgb', ...scaling } = PRESETS[preset];
  const color = said.color ?? (channels === 1 ? 'grayscale' : presetColor);
  if ((color === 'grayscale') !== (channels === 1)) {
    throw new UserError(
      'model-spec',
      `${specSource} says that the colour is ${color}, but the model takes ${channels} ${channels === 1 ? 'channel' : 'channels'}.`,
      'Correct “color”, or leave it out.',
    );
  }
  const perChannel = (key: 'mean' | 'std'): readonly number[] => {
    const values = said[key] ?? scaling[key];
    if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
    if (values.length === channels) return values;
    throw new UserError(
      'model-spec',
      `${values.length} values of “${key}” are given, but the model takes ${channels} channel.`,
      `Give one ${key} for a grey picture.`,
    );
  };

  const saidScaling = said.range !== undefined || said.mean !== undefined || said.std !== undefined;
  const warnings: string[] = [];
  let source = specSource;
  if (said.preset !== undefined) source = `preset ${said.preset} (${specSource})`;
  else if (!saidScaling && teachable) source = 'metadata.json (Teachable Machine)';
  else if (!saidScaling && shape.scalesBytes !== undefined) source = `assumed from the model's ${shape.scalesBytes}`;
  else if (!saidScaling) {
    source = 'assumed';
    warnings.push(
      'The model does not say how its pixels are scaled; [0, 1] is assumed. If its predictions look wrong, set "preset" in lens.json.',
    );
  }
  const input: ModelInput = {
    height,
    width,
    channels,
    color,
    range: said.range ?? scaling.range,
    mean: perChannel('mean'),
    std: perChannel('std'),
    source,
    resize: said.resize ?? (teachable ? 'center-crop' : 'stretch'),
    interpolation: said.interpolation ?? 'bilinear',
  };
  return { input, warnings };
}

function resolveSide(
  side: 'height' | 'width',
  own: number | undefined,
  said: number | undefined,
  fallback: number | undefined,
  source: string,
): number {
  if (own !== undefined && said !== undefined && own !== said) {
    throw new UserError(
      'model-spec',
      `${source} says that the ${side} is ${said}, but the model takes ${own}.`,
      `Correct “input.${side}”, or leave it out.`,
    );
  }
  const resolved = own ?? said ?? fallback;
  if (resolved !== undefined) return resolved;
  throw new UserError(
    'model-spec',
    `The model takes pictures of any ${side}, so it must be said which to use.`,
    `Write { "input": { "height": …, "width": … } } into lens.json beside the model.`,
  );
}
