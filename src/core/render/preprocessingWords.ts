import type { ModelFacts } from '../result/record';

type Preprocessing = NonNullable<ModelFacts['preprocessing']>;

/** What pixels become: "[0, 1] to [0, 255], minus 103.9, 116.8, 123.7, divided by 1, 1, 1". */
export function scalingWords({ range, mean, std }: Pick<Preprocessing, 'range' | 'mean' | 'std'>): string {
  const normalised = mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  return `[0, 1] to [${range.join(', ')}]${normalised ? `, minus ${mean.join(', ')}, divided by ${std.join(', ')}` : ''}`;
}

type Resizing = Pick<
  Preprocessing,
  'resize' | 'interpolation' | 'resizeTo' | 'antialias' | 'rounded' | 'cropOffset' | 'padColor'
>;

/** How a picture is brought to the model's size: "center-crop after resizing to 256, bicubic, rounded to 8 bits". */
export function resizeWords(steps: Resizing): string {
  const { resize, interpolation, resizeTo, antialias, rounded, cropOffset, padColor } = steps;
  const size = resizeTo === undefined ? '' : ` after resizing to ${[resizeTo].flat().join(' × ')}`;
  return [
    `${resize}${size}`,
    `${interpolation}${antialias === false ? ' without antialiasing' : ''}`,
    ...(rounded ? ['rounded to 8 bits'] : []),
    ...(cropOffset === 'floor' ? ['offset rounded down'] : []),
    ...(padColor ? [`padded with ${padColor.join(', ')}`] : []),
  ].join(', ');
}
