import { UserError } from '../errors';

/** Does an output of this shape (with the batch) hold one score for each class: [n, classes], or with sides of 1 in between. */
export function looksLikeScores(shape: readonly (number | null)[]): boolean {
  return (
    shape.length >= 2 && shape.slice(1).filter((length) => length !== 1).length <= 1 && !shape.slice(1).includes(null)
  );
}

/** Chooses among several outputs. Throws `UserError('model-unsupported')` if none looks like scores. */
export function chooseOutput(
  outputs: readonly { readonly name: string; readonly shape?: readonly (number | null)[]; readonly isFinal: boolean }[],
): { readonly index: number; readonly warnings: readonly string[] } {
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
  const warning = `The model has ${outputs.length} outputs; “${outputs[best]!.name}” is taken for its scores.`;
  return { index: best, warnings: [warning] };
}
