import { UserError } from '../../core/errors';
import { isJsonObject, numberAt, stringAt } from '../json/json';
import type { JsonValue } from '../json/json';
import { cleanName } from './cleanName';

/** What Teachable Machine's `metadata.json` says of a model. */
export interface TeachableMetadata {
  readonly labels?: readonly string[];
  readonly imageSize?: number;
  /** Where it is not the height. */
  readonly imageWidth?: number;
  readonly isTeachableMachine: boolean;
}

/** Reads `metadata.json` leniently: what is not as Teachable Machine writes it counts as absent. */
export function parseMetadata(json: JsonValue): TeachableMetadata {
  const labels = isJsonObject(json) ? json.labels : undefined;
  const imageSize = numberAt(json, 'imageSize');
  const isName = (name: JsonValue): name is string => typeof name === 'string';
  return {
    ...(Array.isArray(labels) && labels.length > 0 && labels.every(isName) && { labels: labels.map(cleanName) }),
    ...(imageSize !== undefined && Number.isInteger(imageSize) && imageSize > 0 && { imageSize }),
    isTeachableMachine: /teachable-?machine/i.test(stringAt(json, 'packageName') ?? ''),
  };
}

export interface ClassNames {
  readonly names: readonly string[];
  readonly warnings: readonly string[];
  /** Another reading of the same file, to be taken where its number of names is that of the model's classes and this one's is not. */
  readonly otherwise?: ClassNames;
}

/** What label lists call the class that stands for none of the others, before all of them. */
const BACKGROUND = /^(_*(background|bg|dummy|void|unlabell?ed)_*|none( of the above)?|__ignore__)$/i;

/**
 * Exactly `count` class names: the given ones, or numbers where there are none. `binary` models (one logit) have the classes
 * "negative" and "positive"; a single given name names the positive one. Of exactly one name too many, a first one that stands
 * for the background is left out, which is said.
 *
 * Throws `UserError('model-spec')` for any other number of names: which class the wrong one is cannot be told.
 */
export function completeNames(given: readonly string[], count: number, binary: boolean, origin: string): ClassNames {
  if (given.length === 0) {
    const names = binary ? ['negative', 'positive'] : Array.from({ length: count }, (_, i) => `class ${i}`);
    return { names, warnings: [] };
  }
  if (binary && given.length === 1) return { names: [`not ${given[0]!}`, given[0]!], warnings: [] };
  if (given.length === count) return { names: given, warnings: [] };
  const [first = '', ...others] = given;
  if (!binary && others.length === count && BACKGROUND.test(first))
    return {
      names: others,
      warnings: [
        `${origin} names ${given.length} classes and the model has ${count}: the first name, “${first}”, is left out.`,
      ],
    };
  throw new UserError(
    'model-spec',
    `${origin} names ${given.length} ${given.length === 1 ? 'class' : 'classes'}, but the model has ${count}.`,
    hintFor(given.length, count, binary),
  );
}

function hintFor(given: number, count: number, binary: boolean): string {
  if (binary) return 'Name both classes, the negative one first, or the positive one alone.';
  if (given === count - 1)
    return `Write ${count} names; models with one class more often have a first class “background”, which then needs a line of its own.`;
  if (given === count + 1) return `Write ${count} names; the first may be a “background” that the model does not have.`;
  return `Write ${count} names in the order of the model's outputs, or choose the model's own file of names.`;
}
