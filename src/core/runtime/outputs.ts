import { UserError } from '../errors';

/** Does an output of this shape (with the batch) hold one score for each class: [n, classes], or with sides of 1 in between. */
export function looksLikeScores(shape: readonly (number | null)[]): boolean {
  return (
    shape.length >= 2 && shape.slice(1).filter((length) => length !== 1).length <= 1 && !shape.slice(1).includes(null)
  );
}

/**
 * Chooses among several outputs: the one that the description names, else one that ends in an activation of scores, else the first
 * that looks like scores. Throws `UserError`: `model-unsupported` if none looks like scores, `model-spec` if none has that name.
 */
export function chooseOutput(
  outputs: readonly { readonly name: string; readonly shape?: readonly (number | null)[]; readonly isFinal: boolean }[],
  wanted?: string,
): { readonly index: number; readonly warnings: readonly string[] } {
  const names = outputs.map(({ name }) => `“${name}”`).join(', ');
  if (wanted !== undefined) {
    const index = outputs.findIndex(({ name }) => name === wanted || withoutPlace(name) === wanted);
    if (index >= 0) return { index, warnings: [] };
    throw new UserError('model-spec', `The model has no output “${wanted}”.`, `Its outputs are ${names}.`);
  }
  if (outputs.length === 1) return { index: 0, warnings: [] };
  const likely = outputs.flatMap(({ shape }, index) => (shape === undefined || looksLikeScores(shape) ? [index] : []));
  const best = likely.find((index) => outputs[index]!.isFinal) ?? likely[0];
  if (best === undefined) {
    throw new UserError(
      'model-unsupported',
      `None of the model's ${outputs.length} outputs looks like one score for each class.`,
      'Choose an image classifier.',
    );
  }
  const taken = `The model has ${outputs.length} outputs (${names}); “${outputs[best]!.name}” is taken for its scores.`;
  const another = likely.length > 1 ? ' If it is another, name it as "output" in lens.json.' : '';
  return { index: best, warnings: [taken + another] };
}

/** TensorFlow's `layer/op:0` is the layer's output. */
function withoutPlace(name: string): string {
  return name.replace(/[/:].*$/, '');
}
