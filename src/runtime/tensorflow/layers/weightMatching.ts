import { damaged } from '../../../formats/models/files';

export interface NamedShape {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

export interface WeightMatch {
  /** For each expected array, the index of the given one. */
  readonly indices: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Finds for every array that a model expects the one that its files give: by name, by an older or newer name of the same thing
 * (Keras 3 calls a depthwise kernel "kernel"), by the end of a longer path, and if not one name is known, by position.
 * Arrays that nothing expects (optimisers, random states) are left over.
 *
 * Throws `UserError('model-unreadable')` if an array is missing or has another shape.
 */
export function matchWeights(expected: readonly NamedShape[], given: readonly NamedShape[]): WeightMatch {
  const byName = new Map<string, number[]>();
  const byEnding = new Map<string, number[]>();
  for (const [index, { name }] of given.entries()) {
    const parts = plainName(name).split('/');
    push(byName, parts.join('/'), index);
    // TensorFlow.js leaves out the cell of a recurrent layer, the files of Keras do not.
    if (/_cell\w*$/.test(parts.at(-2) ?? '')) {
      parts.splice(-2, 1);
      push(byName, parts.join('/'), index);
    }
    for (let from = 1; from < parts.length - 1; from++) push(byEnding, parts.slice(from).join('/'), index);
  }
  const used = new Set<number>();
  const found = expected.map(({ name, shape }) => {
    const candidates = aliases(plainName(name)).flatMap((alias) => [
      ...(byName.get(alias) ?? []),
      ...uniqueOnly(byEnding.get(alias)),
    ]);
    const index = candidates.find((candidate) => !used.has(candidate) && sameShape(shape, given[candidate]!.shape));
    if (index !== undefined) used.add(index);
    return index ?? (candidates.length > 0 ? -1 : undefined);
  });
  if (found.every((index) => index !== undefined && index >= 0)) return { indices: found as number[], warnings: [] };

  const wrong = found.indexOf(-1);
  if (wrong >= 0)
    throw damaged(`The weights of “${expected[wrong]!.name}” have another shape than the model's layers need`);
  const foreign = found.every((index) => index === undefined);
  const inOrder =
    foreign && expected.length === given.length && expected.every(({ shape }, i) => sameShape(shape, given[i]!.shape));
  if (!inOrder) throw damaged(`The weights of “${expected[found.indexOf(undefined)]!.name}” are missing`);
  return {
    indices: expected.map((_, i) => i),
    warnings: ['The weights are named otherwise than the layers; they were assigned in their order.'],
  };
}

function plainName(name: string): string {
  return name.replace(/:\d+$/, '');
}

function aliases(name: string): string[] {
  // TensorFlow.js puts the direction of a two-way recurrent layer in front of the name of the one that goes forward.
  const direction = name.replace(/(^|\/)(forward|backward)_forward_/, '$1$2_');
  return [name, name.replace(/\/depthwise_kernel$/, '/kernel'), direction];
}

function uniqueOnly(indices: readonly number[] | undefined): readonly number[] {
  return indices?.length === 1 ? indices : [];
}

function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
