import { UserError } from '../core/errors';

/** An output among which the scores are looked for. */
export interface OutputCandidate {
  readonly name: string;
  /** Other names that people know it by, e.g. that of the signature. */
  readonly aliases?: readonly string[];
  /** With the batch; undefined or null: not known. */
  readonly shape?: readonly (number | null)[];
  /** Whole numbers are labels or counts. */
  readonly isInteger?: boolean;
  /** Ends in an activation of scores. */
  readonly isFinal: boolean;
  /** Ends in a weighted sum. */
  readonly isWeighed?: boolean;
  /**
   * Another output is made of it or weighs what it is made of once more (features, or logits of which the probabilities are given
   * too), or it sums up another.
   */
  readonly feedsAnother?: boolean;
}

/**
 * Does an output of this shape (with the batch) hold one score for each class: [n, classes], with sides of 1 in between, or [n]
 * with one score a picture.
 */
export function looksLikeScores(shape: readonly (number | null)[]): boolean {
  return (
    shape.length >= 1 && shape.slice(1).filter((length) => length !== 1).length <= 1 && !shape.slice(1).includes(null)
  );
}

/**
 * Chooses among several outputs: the one that the description names; else, of those that look like scores and are no whole
 * numbers, one that feeds no other, rather one with a score for each of `classes` named classes, rather one that ends in an
 * activation, else in a weighted sum, then the first.
 * Throws `UserError`: `model-unsupported` if none looks like scores, `model-spec` if none has that name.
 */
export function chooseOutput(
  outputs: readonly OutputCandidate[],
  wanted?: string,
  classes = 0,
): { readonly index: number; readonly warnings: readonly string[] } {
  const names = outputs.map(({ name }) => `“${name}”`).join(', ');
  if (wanted !== undefined) {
    const index = namedOutput(outputs, wanted);
    if (index >= 0) return { index, warnings: [] };
    throw new UserError('model-spec', `The model has no output “${wanted}”.`, `Its outputs are ${names}.`);
  }
  if (outputs.length === 1 && outputs[0]!.isInteger !== true) return { index: 0, warnings: [] };
  const all = outputs.map((output, index) => ({ ...output, index }));
  const likely = all.filter(
    ({ shape, isInteger }) => isInteger !== true && (shape === undefined || looksLikeScores(shape)),
  );
  const ends = likely.filter(({ feedsAnother }) => feedsAnother !== true);
  const open = ends.length > 0 ? ends : likely;
  const best = [...open].sort((a, b) => rank(b, classes) - rank(a, classes))[0];
  if (best === undefined) {
    const whole = outputs.every(({ isInteger }) => isInteger === true) ? ' (they are whole numbers)' : '';
    throw new UserError(
      'model-unsupported',
      `None of the model's ${outputs.length === 1 ? 'outputs' : `${outputs.length} outputs`} looks like one score for each class${whole}.`,
      'Choose an image classifier, exported with its scores.',
    );
  }
  const taken = `The model has ${outputs.length} outputs (${names}); “${best.name}” is taken for its scores.`;
  const another = likely.length > 1 ? ' If it is another, name it as "output" in lens.json.' : '';
  return { index: best.index, warnings: [taken + another] };
}

/** How many scores a picture has; 0: not known. */
export function scoresOf({ shape }: OutputCandidate): number {
  return shape?.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1) ?? 0;
}

function rank(output: OutputCandidate, classes: number): number {
  const { isFinal, isWeighed } = output;
  return 4 * Number(classes > 0 && scoresOf(output) === classes) + 2 * Number(isFinal) + Number(isWeighed === true);
}

/** The output's own name before a name of another that is alike but for its place. */
function namedOutput(outputs: readonly OutputCandidate[], wanted: string): number {
  const own = outputs.findIndex(({ name }) => name === wanted);
  if (own >= 0) return own;
  return outputs.findIndex(({ name, aliases }) => withoutPlace(name) === wanted || aliases?.includes(wanted) === true);
}

/** TensorFlow's `layer/op:0` is the layer's output. */
function withoutPlace(name: string): string {
  return name.replace(/[/:].*$/, '');
}
