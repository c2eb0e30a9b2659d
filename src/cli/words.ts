import type { ParameterValue, ParameterValues } from '../core/method/parameters';
import { decodingSteps } from '../core/render/decodingWords';
import { scalingWords } from '../core/render/preprocessingWords';
import type { ImageFacts, LabelFacts, ModelFacts, Norms } from '../core/result/record';
import { formatFacts, formatNumber } from './table';

interface Subject {
  readonly image: ImageFacts;
  readonly model: ModelFacts;
  readonly label?: LabelFacts;
}

/** What was looked at by what: image and what was done to it, model, engine, true label. */
export function describeImage({ image, model, label }: Subject): string {
  const { height, width, channels } = model.input;
  const steps = image.decoding === undefined ? [] : decodingSteps(image.decoding);
  return formatFacts([
    ['image', `${image.path ?? image.name} (${image.width} × ${image.height})`],
    ['decoded', steps.length === 0 ? undefined : steps.join('; ')],
    ['model', `${model.name} (${height} × ${width} × ${channels}, ${model.engine})`],
    ['pixels', model.preprocessing && `${scalingWords(model.preprocessing)}; ${model.preprocessing.source}`],
    ['label', label === undefined ? undefined : describeLabel(label)],
  ]);
}

export function describeLabel({ name, source }: LabelFacts): string {
  return `${name} (${source === 'user' ? 'given' : source})`;
}

export function describeNorms({ l0, l1, l2, linf }: Norms): string {
  const unit = `${formatNumber(linf)} = ${formatNumber(linf * 255)}/255`;
  return `L∞ ${unit}, L2 ${formatNumber(l2)}, L1 ${formatNumber(l1)}, L0 ${l0}`;
}

/** Decimals that are longer than this are seldom what anyone wrote. */
const LONGEST_DECIMAL = 8;

/** A value as it is given: steps of an 8-bit picture as 8/255. */
export function formatParameter(value: ParameterValue): string {
  const text = String(value);
  if (typeof value !== 'number' || text.length <= LONGEST_DECIMAL) return text;
  const steps = Math.round(value * 255);
  return steps / 255 === value ? `${steps}/255` : text;
}

/** " (name=value, …)", or nothing. */
export function describeParameters(parameters: ParameterValues): string {
  const text = Object.entries(parameters).map(([id, value]) => `${id}=${formatParameter(value)}`);
  return text.length === 0 ? '' : ` (${text.join(', ')})`;
}

/** "7 × 7 × 512". */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ');
}
