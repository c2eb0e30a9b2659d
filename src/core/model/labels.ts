import { isJsonObject, numberAt, stringAt } from './json';
import type { JsonValue } from './json';

/** Class names from a text file, one a line; the numbering "0 name, 1 name, …" of Teachable Machine is taken off. */
export function parseLabels(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
  const names = lines.map((line) => line.trim());
  const numbered = names.length > 0 && names.every((name, i) => name.startsWith(`${i} `));
  return names.map((name, i) => {
    const bare = numbered ? name.slice(`${i} `.length).trim() : name;
    return bare === '' ? `class ${i}` : bare;
  });
}

/** What Teachable Machine's `metadata.json` says of a model. */
export interface TeachableMetadata {
  readonly labels?: readonly string[];
  readonly imageSize?: number;
  readonly isTeachableMachine: boolean;
}

/** Reads `metadata.json` leniently: what is not as Teachable Machine writes it counts as absent. */
export function parseMetadata(json: JsonValue): TeachableMetadata {
  const labels = isJsonObject(json) ? json.labels : undefined;
  const imageSize = numberAt(json, 'imageSize');
  const isName = (name: JsonValue): name is string => typeof name === 'string';
  return {
    ...(Array.isArray(labels) && labels.length > 0 && labels.every(isName) && { labels }),
    ...(imageSize !== undefined && Number.isInteger(imageSize) && imageSize > 0 && { imageSize }),
    isTeachableMachine: /teachable-?machine/i.test(stringAt(json, 'packageName') ?? ''),
  };
}

export interface ClassNames {
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Exactly `count` class names: the given ones, "class 0"-like numbers for those that are missing. `binary` models (one logit)
 * have the classes "negative" and "positive"; a single given name names the positive one.
 */
export function completeNames(given: readonly string[], count: number, binary: boolean, origin: string): ClassNames {
  if (given.length === 0) {
    const names = binary ? ['negative', 'positive'] : Array.from({ length: count }, (_, i) => `class ${i}`);
    return { names, warnings: [] };
  }
  if (binary && given.length === 1) return { names: [`not ${given[0]!}`, given[0]!], warnings: [] };
  const names = Array.from({ length: count }, (_, i) => given[i] ?? `class ${i}`);
  if (given.length === count) return { names, warnings: [] };
  const rest = given.length < count ? 'the rest is numbered' : 'those left over are ignored';
  return { names, warnings: [`${origin} names ${given.length} classes, but the model has ${count}; ${rest}.`] };
}
