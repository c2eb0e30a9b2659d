import type { ModelFacts } from '../result/record';

type Preprocessing = NonNullable<ModelFacts['preprocessing']>;

/** What pixels become: "[0, 1] to [0, 255], minus 103.9, 116.8, 123.7, divided by 1, 1, 1". */
export function scalingWords({ range, mean, std }: Pick<Preprocessing, 'range' | 'mean' | 'std'>): string {
  const normalised = mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  return `[0, 1] to [${range.join(', ')}]${normalised ? `, minus ${mean.join(', ')}, divided by ${std.join(', ')}` : ''}`;
}

/** How a picture is brought to the model's size. */
export function resizeWords({ resize, interpolation }: Pick<Preprocessing, 'resize' | 'interpolation'>): string {
  return `${resize}, ${interpolation}`;
}
