import { UserError } from '../errors';
import { ASSUMED, type ResizeDetails } from '../image/inputChoices';
import { MODEL_LIMITS } from './limits';
import type { ModelInput, ModelSpec, PreprocessingPreset } from './modelInfo';
import { PRESETS } from './presets';

/** What the model itself says of its input: sizes that it leaves open are undefined. */
export interface InputShape {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  readonly layout: 'nhwc' | 'nchw';
  /** What the model itself says of the values that it takes. */
  readonly takes?: ValuesTaken;
  readonly warnings?: readonly string[];
}

/** The values that a model takes by its own word, and whose word that is, for people. */
export interface ValuesTaken {
  readonly preset: PreprocessingPreset;
  readonly source: string;
}

/** What a network's first operations tell of its input: see `inputUse`. */
export interface InputEvidence {
  readonly channelAxis?: number;
  readonly channels?: number;
  readonly takes?: ValuesTaken;
}

/** What is said of the input outside the model itself. */
export interface StatedInput {
  readonly spec: ModelSpec;
  /** Where `spec` comes from, for people. */
  readonly specSource: string;
  /** Whose word the scaling and the resizing are, where that is not `specSource`. */
  readonly scalingSource?: string;
  readonly resizingSource?: string;
  readonly metadata?: {
    readonly imageSize?: number;
    readonly imageWidth?: number;
    readonly isTeachableMachine: boolean;
  };
}

export interface ResolvedInput {
  readonly input: ModelInput;
  readonly warnings: readonly string[];
}

/**
 * Shape of one image from a model's input shape without the batch, e.g. [224, 224, 3] or [3, 224, 224]. The channels lie where the
 * network reads them; where it does not tell, where the sizes look like it.
 *
 * Throws `UserError('model-unsupported')` for inputs that are no image.
 */
export function readInputShape(shape: readonly (number | null)[], evidence: InputEvidence = {}): InputShape {
  const [a, b, c] = shape;
  if (shape.length !== 3) {
    throw new UserError(
      'model-unsupported',
      `The model takes an input of shape [${shape.map((length) => length ?? '?').join(', ')}], which is not a picture.`,
      'Choose a model whose input is height × width × channels.',
    );
  }
  const isChannels = (length: number | null | undefined): boolean => length === 1 || length === 3;
  const seen = evidence.channelAxis === 1 || evidence.channelAxis === 3;
  const isFirst = seen ? evidence.channelAxis === 1 : isChannels(a) && !isChannels(c);
  const [height, width, own] = isFirst ? [b, c, a] : [a, b, c];
  const channels = own ?? evidence.channels;
  const isGuess = !seen && isChannels(a) && isChannels(c);
  return {
    ...(height && { height }),
    ...(width && { width }),
    ...(channels && { channels }),
    layout: isFirst ? 'nchw' : 'nhwc',
    ...(evidence.takes && { takes: evidence.takes }),
    ...(isGuess && {
      warnings: [
        `The model takes [${shape.join(', ')}], of which the last axis is taken for the channels: its operations do not tell.`,
      ],
    }),
  };
}

/**
 * The evidence with the layout that the description says. Throws `UserError('model-spec')` where the network's own operations read the
 * channels elsewhere.
 */
export function withStatedLayout(evidence: InputEvidence, { spec, specSource }: StatedInput): InputEvidence {
  const layout = spec.input?.layout;
  if (layout === undefined) return evidence;
  const channelAxis = layout === 'channels-first' ? 1 : 3;
  const seen = evidence.channelAxis;
  if ((seen === 1 || seen === 3) && seen !== channelAxis)
    throw new UserError(
      'model-spec',
      `${specSource} says that the layout is ${layout}, but the model's own operations read the channels ${seen === 1 ? 'first' : 'last'}.`,
      'Correct “input.layout”, or leave it out.',
    );
  return { ...evidence, channelAxis };
}

/**
 * Brings together what the model says of its input and what its description says: size, colour, scaling, resizing.
 *
 * Throws `UserError('model-spec')` where the two contradict each other or the size is said nowhere, and
 * `UserError('model-unsupported')` for numbers of channels other than 1 and 3.
 */
export function resolveInput(shape: InputShape, stated: StatedInput): ResolvedInput {
  const { spec, specSource, metadata, scalingSource = specSource, resizingSource } = stated;
  const said = spec.input ?? {};
  const height = resolveSide('height', shape.height, said.height, metadata?.imageSize, specSource);
  const width = resolveSide('width', shape.width, said.width, metadata?.imageWidth ?? metadata?.imageSize, specSource);
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
  const { takes } = shape;
  const preset = said.preset ?? (teachable ? 'signed' : (takes?.preset ?? 'unit'));
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
  const warnings = [...(shape.warnings ?? [])];
  let source = scalingSource;
  if (said.preset !== undefined) source = `preset ${said.preset} (${scalingSource})`;
  else if (!saidScaling && teachable) source = 'metadata.json (Teachable Machine)';
  else if (!saidScaling && takes !== undefined) source = takes.source;
  else if (!saidScaling) {
    source = ASSUMED;
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
    source: resizingSource && source !== ASSUMED ? `${source}; resizing: ${resizingSource}` : source,
    resize: said.resize ?? (teachable ? 'center-crop' : 'stretch'),
    interpolation: said.interpolation ?? 'bilinear',
    ...resizeDetails(said, { height, width }, resizingSource ?? scalingSource),
  };
  if (said.preset !== undefined && saidScaling)
    warnings.push(
      `${scalingSource} gives a preset and “range”, “mean” or “std” as well: where both speak, the latter hold.`,
    );
  const largest = Math.max(...input.range.map(Math.abs));
  if (input.mean.some((each) => Math.abs(each) > 2 * largest))
    warnings.push(
      `The mean (${input.mean.join(', ')}) lies far outside of the range ${input.range.join(' to ')} that pixels are scaled to: if it is one of bytes, say "range": [0, 255].`,
    );
  if (takes !== undefined && source !== takes.source) warnings.push(...contradiction(input, takes, scalingSource));
  return { input, warnings };
}

/** The steps of resizing that the description says. Throws `UserError('model-spec')` where they cannot all hold. */
function resizeDetails(
  said: NonNullable<ModelSpec['input']>,
  { height, width }: { readonly height: number; readonly width: number },
  source: string,
): ResizeDetails {
  const { resizeTo, cropFraction, antialias, rounded, cropOffset, padColor, resize, interpolation } = said;
  if (resizeTo !== undefined && cropFraction !== undefined)
    throw new UserError('model-spec', `${source} gives “resizeTo” and “cropFraction”, which say the same thing.`, 'Give one of them.'); // prettier-ignore
  if ((resizeTo !== undefined || cropFraction !== undefined) && resize !== 'center-crop' && resize !== 'pad')
    throw new UserError(
      'model-spec',
      `${source} gives a size before the crop, but nothing is cropped.`,
      'Write "resize": "center-crop", or leave “resizeTo” and “cropFraction” out.',
    );
  if (antialias === false && (interpolation === 'area' || interpolation === 'box' || interpolation === 'hamming'))
    throw new UserError(
      'model-spec',
      `${source} asks for ${interpolation} without antialiasing, which no library has.`,
      'Leave “antialias” out, or choose bilinear, bicubic or lanczos.',
    );
  const whole = (length: number): number => Math.floor(length / cropFraction!);
  const before = cropFraction === undefined ? resizeTo : height === width ? whole(height) : ([whole(height), whole(width)] as const); // prettier-ignore
  return {
    ...(before !== undefined && { resizeTo: before }),
    ...(antialias === false && { antialias }),
    ...(rounded === true && { rounded }),
    ...(cropOffset === 'floor' && { cropOffset }),
    ...(padColor && { padColor }),
  };
}

/** Where the description scales pixels to other values than those that the model's own word asks for. */
function contradiction(input: ModelInput, takes: ValuesTaken, specSource: string): readonly string[] {
  const { range, mean, std } = PRESETS[takes.preset];
  const ends = (
    { range: [low, high], mean: means, std: deviations }: Pick<ModelInput, 'range' | 'mean' | 'std'>,
    channel: number,
  ): readonly number[] =>
    [low, high].map((end) => (end - (means[channel] ?? means[0]!)) / (deviations[channel] ?? deviations[0]!));
  const same = input.mean.every((_, channel) => {
    const [wanted, given] = [ends({ range, mean, std }, channel), ends(input, channel)];
    return wanted.every((end, index) => Math.abs(end - given[index]!) <= 0.1 * (wanted[1]! - wanted[0]!));
  });
  if (same) return [];
  return [
    `${specSource === ASSUMED ? input.source : specSource} scales pixels otherwise than ${takes.source}, which want ${VALUES[takes.preset]}: if predictions look wrong, leave “preset”, “range”, “mean” and “std” out.`,
  ];
}

const VALUES: Readonly<Record<PreprocessingPreset, string>> = {
  unit: '0 to 1',
  signed: '−1 to 1',
  byte: '0 to 255',
  torchvision: "ImageNet's mean and deviation",
  caffe: "bytes less ImageNet's mean",
};

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
