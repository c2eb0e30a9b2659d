import { integratedGradients } from '../../../src/core/attribution/integratedGradients';
import { fgsm } from '../../../src/core/attack/fgsm';
import { UserError } from '../../../src/core/errors';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { ImageBatch, PixelImage } from '../../../src/core/image/pixels';
import type { Classifier } from '../../../src/core/model/classifier';
import type { ModelReference } from '../../../src/core/model/modelInfo';
import { loadClassifier } from '../../../src/runtime/loadClassifier';
import type { Point } from './generate';
import type { Expected } from './expected';

/**
 * What became of a model: `right`; `said`: other numbers, and a warning names the very point that differs; `refused`: by a sentence
 * to the user; `partly`: right, but something that needs a gradient is refused; `untrue`: says that the model does not say how
 * pixels are scaled where it does; `silent`: other numbers without a word; `crashed`: any other error.
 */
export type Verdict = 'right' | 'partly' | 'said' | 'refused' | 'untrue' | 'silent' | 'crashed';

export interface Outcome {
  readonly verdict: Verdict;
  /** What was found, one line each. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** The product's probabilities of each picture, if it gave any. */
  readonly probabilities: readonly Float32Array[];
}

/** What a warning that names each point speaks of. */
const SAYS: Readonly<Record<Point, RegExp>> = {
  scaling: /how (its |the )?pixels are scaled|preset/i,
  activation: /softmax|sigmoid|activation|probabilit|logit|sum to|\[0, 1\]|between 0 and 1/i,
  output: /output/i,
  layout: /layout|channels (first|last)|axis/i,
};

/** Loads a model as the product does and compares all that it says with what is expected. */
export async function judge(reference: ModelReference, expected: Expected): Promise<Outcome> {
  let classifier: Classifier;
  try {
    classifier = await loadClassifier(reference, { engine: 'auto', threads: 1 });
  } catch (error) {
    return failure(error, expected, []);
  }
  const { warnings } = classifier.info;
  try {
    return await compare(classifier, expected);
  } catch (error) {
    return failure(error, expected, warnings);
  } finally {
    await classifier.dispose();
  }
}

function failure(error: unknown, { refusal }: Expected, warnings: readonly string[]): Outcome {
  const note = error instanceof Error ? error.message : String(error);
  const verdict =
    !(error instanceof UserError) || isInternal(note) ? 'crashed' : refusal === 'due' ? 'right' : 'refused';
  return { verdict, notes: [note], warnings, probabilities: [] };
}

/** Sentences that wrap an error of the program or of JavaScript, which tell the user nothing. */
function isInternal(message: string): boolean {
  return /BigInt|undefined|is not a function|Cannot read|does not have the elements/.test(message);
}

async function compare(classifier: Classifier, expected: Expected): Promise<Outcome> {
  const { warnings } = classifier.info;
  const { height, width, channels, pictures, probabilities, tolerance } = expected;
  const notes: string[] = [];
  const batch = (data: Float32Array): ImageBatch => ({
    data,
    count: data.length / (height * width * channels),
    height,
    width,
    channels,
  });
  if (expected.refusal === 'due')
    return { verdict: 'silent', notes: ['was to be refused'], warnings, probabilities: [] };
  const { input } = classifier.info;
  if (input.height !== height || input.width !== width || input.channels !== channels) {
    const note = `takes ${input.height} × ${input.width} × ${input.channels} for ${height} × ${width} × ${channels}`;
    return { verdict: saidOf(expected, warnings) ? 'said' : 'silent', notes: [note], warnings, probabilities: [] };
  }
  const alone: Float32Array[] = [];
  for (const picture of pictures) alone.push((await classifier.predict(batch(picture))).probabilities);
  const difference = Math.max(...alone.map((row, at) => largestDifference(row, probabilities[at]!)));
  if (!(difference <= tolerance)) {
    notes.push(
      `probabilities differ by ${difference.toPrecision(3)}: ${listed(alone[0]!)} for ${listed(probabilities[0]!)}`,
    );
    return {
      verdict: saidOf(expected, warnings, alone[0]) ? 'said' : 'silent',
      notes,
      warnings,
      probabilities: alone,
    };
  }
  const together = (await classifier.predict(batch(joined(pictures)))).probabilities;
  const mixed = largestDifference(together, joined(alone));
  if (!(mixed <= 1e-5 + 4 * expected.jitter))
    notes.push(`pictures of one batch differ from alone by ${mixed.toPrecision(3)}`);
  const picture: PixelImage = { ...batch(pictures[0]!), channels: channels as 1 | 3 };
  const refused: string[] = [];
  for (const check of [checkGradient, checkIntegrated, checkAttack]) {
    try {
      notes.push(...(await check(classifier, picture, expected)));
    } catch (error) {
      if (!(error instanceof UserError) || isInternal(error.message)) throw error;
      refused.push(error.message);
    }
  }
  const verdict = notes.length > 0 ? 'silent' : verdictOf(expected, warnings, refused);
  return { verdict, notes: [...notes, ...new Set(refused)], warnings, probabilities: alone };
}

/** Does a warning name a point in which the model is uncertain, and are the numbers (if any) those of another reading of it. */
function saidOf(expected: Expected, warnings: readonly string[], probabilities?: Float32Array): boolean {
  const isOtherReading =
    probabilities === undefined || expected.alternatives.some((each) => largestDifference(each, probabilities) < 1e-3);
  return isOtherReading && expected.uncertain.some((point) => warnings.some((warning) => speaksOf(point, warning)));
}

function speaksOf(point: Point, warning: string): boolean {
  // A list of operators may hold QLinearSoftmax, which tells nothing of what the scores are taken for.
  if (warning.includes('not known here')) return false;
  return SAYS[point].test(warning) && (point === 'scaling' || !SAYS.scaling.test(warning));
}

function verdictOf({ saysScaling }: Expected, warnings: readonly string[], refused: readonly string[]): Verdict {
  if (saysScaling && warnings.some((warning) => warning.includes('does not say how'))) return 'untrue';
  return refused.length > 0 ? 'partly' : 'right';
}

async function checkGradient(classifier: Classifier, picture: PixelImage, expected: Expected): Promise<string[]> {
  const { classIndex, slopes } = expected;
  const { gradient } = await classifier.gradient({ ...picture, count: 1 }, [{ kind: 'log-probability', classIndex }]);
  if (!gradient.every(Number.isFinite)) return ['the gradient is not finite'];
  return slopes.flatMap(({ direction, value, tolerance }) => {
    const own = gradient.reduce((sum, each, at) => sum + each * direction[at]!, 0);
    if (Math.abs(own - value) <= tolerance) return [];
    return [
      `the slope along a direction is ${own.toPrecision(4)} for ${value.toPrecision(4)} ± ${tolerance.toPrecision(2)}`,
    ];
  });
}

async function checkIntegrated(classifier: Classifier, picture: PixelImage, expected: Expected): Promise<string[]> {
  const { integrated, classIndex } = expected;
  const parameters = resolveParameters(integratedGradients.parameters, {
    steps: integrated?.steps ?? 6,
    rule: 'riemann-middle',
    baseline: 'black',
  });
  const objective = { kind: 'log-probability', classIndex } as const;
  const { map } = await integratedGradients.run(classifier, picture, objective, parameters, { seed: 1 });
  const sum = map.data.reduce((total, each) => total + each, 0);
  if (!Number.isFinite(sum)) return ['integrated gradients are not finite'];
  if (integrated === undefined) return [];
  if (Math.abs(sum - integrated.sum) <= integrated.tolerance) return [];
  const wanted = `${integrated.sum.toPrecision(4)} ± ${integrated.tolerance.toPrecision(2)}`;
  return [`integrated gradients sum to ${sum.toPrecision(4)} for ${wanted}`];
}

async function checkAttack(
  classifier: Classifier,
  picture: PixelImage,
  { classIndex, slopes }: Expected,
): Promise<string[]> {
  const parameters = resolveParameters(fgsm.parameters, { epsilon: 0.02 });
  const goal = { direction: 'away', label: classIndex } as const;
  const [outcome] = await fgsm.run(classifier, [{ image: picture, goal, seed: 1 }], parameters, {});
  const { adversarial, warnings } = outcome!;
  // Where rounding saturates, the gradient is zero and the attack says so.
  if (slopes.length === 0 && warnings.some((warning) => warning.includes('zero everywhere'))) return [];
  const moved = largestDifference(adversarial.data, picture.data);
  return moved > 0 && moved <= 0.02 + 1e-6 ? [] : [`the attack moves pixels by ${moved}`];
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index]! - b[index]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function listed(values: ArrayLike<number>): string {
  return `[${Array.from(values, (value) => value.toFixed(4)).join(', ')}]`;
}
