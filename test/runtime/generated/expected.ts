import { drawFrom } from './draw';
import { referenceOf, type GeneratedModel, type Point } from './generate';
import type { Fed } from './preprocessings';
import { isWhole, openReference, type Reference } from './reference';
import { MEANINGS, probabilitiesOf } from './scores';

/** A derivative of log p of one class at the first picture, along `direction`, from differences of the reference. */
export interface Slope {
  readonly direction: Float32Array;
  readonly value: number;
  readonly tolerance: number;
}

/** All that the product is compared with: from another runtime, nothing of the product's. */
export interface Expected {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pictures: readonly Float32Array[];
  /** For each picture. */
  readonly probabilities: readonly ArrayLike<number>[];
  /** What the reference itself changes by where the pixels change by their last bits: no one can be nearer. */
  readonly jitter: number;
  /** Of probabilities: 1e-4, and what the reference itself leaves open. */
  readonly tolerance: number;
  readonly classIndex: number;
  readonly slopes: readonly Slope[];
  /** Integrated gradients of log p from black by the midpoint rule of `steps` points: their sum. */
  readonly integrated?: { readonly steps: number; readonly sum: number; readonly tolerance: number };
  readonly uncertain: readonly Point[];
  /** Probabilities of the first picture as other readings of the uncertain points have them; nothing else is excused by a warning. */
  readonly alternatives: readonly ArrayLike<number>[];
  readonly saysScaling: boolean;
  readonly refusal?: 'fair' | 'due';
}

const TOLERANCE = 1e-4;
const STEPS = 6;
const DIRECTIONS = 3;

/** Asks ONNX Runtime itself what the model says of its pictures, and how fast that changes. */
export async function expectationsOf(model: GeneratedModel): Promise<Expected> {
  const reference = await referenceOf(model, 'disabled');
  try {
    return await ask(model, reference);
  } finally {
    await reference.release();
  }
}

/**
 * Largest difference of what ONNX Runtime says when it optimises the file: it then multiplies 8-bit weights with rounded values,
 * which is not what the file says. Undefined if it cannot run what it made of the file.
 */
async function optimisedDifference(model: GeneratedModel, plain: readonly Float64Array[]): Promise<number | undefined> {
  let reference: Reference;
  try {
    reference = await referenceOf(model, 'all');
  } catch {
    return undefined;
  }
  let largest = 0;
  for (const [at, picture] of model.pictures.entries()) {
    const raw = (await reference.run(picture)).get(model.output)!;
    probabilitiesOf(raw, model.meaning).forEach(
      (p, index) => (largest = Math.max(largest, Math.abs(p - plain[at]![index]!))),
    );
  }
  await reference.release();
  return largest;
}

async function ask(model: GeneratedModel, reference: Reference): Promise<Expected> {
  const { pictures, feeding, meaning } = model;
  const draw = drawFrom(model.recipe.seed + 0.5);
  const probabilities = async (picture: ArrayLike<number>): Promise<Float64Array> =>
    probabilitiesOf((await reference.run(picture)).get(model.output)!, meaning);
  const all: Float64Array[] = [];
  for (const picture of pictures) all.push(await probabilities(picture));
  const [first] = all as [Float64Array];
  const whole = isWhole(feeding.fed.type);
  const spread = await optimisedDifference(model, all);
  const refusal = model.refusal ?? (spread === undefined ? 'fair' : undefined);
  let jitter = 0;
  // A half holds 11 bits, a float 24, and a sum of products may lose some of them; where values go in steps, few moves cross one.
  const bits = model.isHalf ? 2 ** -12 : model.hasSteps ? 2 ** -20 : 2 ** -22;
  const rounds = whole ? 0 : model.hasSteps ? 16 : 3;
  for (let round = 0; round < rounds; round++)
    for (const [at, picture] of pictures.entries()) {
      const moved = picture.map((value) => value * (1 + bits * (2 * draw.number() - 1)));
      const other = await probabilities(moved);
      other.forEach((value, index) => (jitter = Math.max(jitter, Math.abs(value - all[at]![index]!))));
    }

  const classIndex = first.reduce((best, p, at) => (p * (1 - p) > first[best]! * (1 - first[best]!) ? at : best), 0);
  const logProbability = async (picture: ArrayLike<number>): Promise<number> =>
    Math.log((await probabilities(picture))[classIndex]!);
  const along = async (at: Float32Array, direction: Float32Array, step: number): Promise<number> => {
    const up = await logProbability(at.map((value, index) => value + step * direction[index]!));
    const down = await logProbability(at.map((value, index) => value - step * direction[index]!));
    return (up - down) / (2 * step);
  };
  const measured: { direction: Float32Array; value: number; doubt: number }[] = [];
  // Whole numbers move by whole steps.
  const step = whole ? 2 / 255 : 1 / 1024;
  const isSaturated = first[classIndex]! * (1 - first[classIndex]!) < 1e-3;
  if (!model.hasSteps && !isSaturated)
    for (let count = 0; count < DIRECTIONS; count++) {
      const direction = Float32Array.from(pictures[0]!, () => (draw.chance(0.5) ? 1 : -1));
      const [large, small] = [
        await along(pictures[0]!, direction, step),
        await along(pictures[0]!, direction, step / 2),
      ];
      const bends = model.hasBends ? 0.07 * Math.abs(small) + 0.05 : 0;
      measured.push({ direction, value: small, doubt: Math.abs(large - small) + bends });
    }
  const scale = Math.max(0, ...measured.map(({ value }) => Math.abs(value)));
  // Steps of a difference may cross bends, which `doubt` shows.
  const slopes = measured.map(({ direction, value, doubt }): Slope => {
    return { direction, value, tolerance: 0.02 * Math.abs(value) + 3 * doubt + 0.02 * scale + 5e-3 };
  });
  const smooth = !whole && !model.hasSteps && !isSaturated;
  const integrated = smooth ? await integrate(pictures[0]!, along) : undefined;
  const { height, width, channels } = feeding;
  return {
    height,
    width,
    channels,
    pictures,
    probabilities: all,
    // What a half puts out is itself rounded to one.
    tolerance: TOLERANCE + (spread ?? 0) + 4 * jitter + (model.isHalf ? 2 ** -11 : 0),
    jitter,
    classIndex,
    slopes,
    ...(integrated && { integrated }),
    uncertain: model.uncertain,
    alternatives: await alternativesOf(model),
    saysScaling: model.saysScaling,
    ...(refusal && { refusal }),
  };
}

/** What one would read who takes the uncertain points another way: pixels in [0, 1], another output, another activation. */
async function alternativesOf(model: GeneratedModel): Promise<Float64Array[]> {
  const isUncertain = (point: Point): boolean => model.uncertain.includes(point);
  const { fed } = model.feeding;
  const feeds: Fed[] = [fed, ...(isUncertain('scaling') ? [{ ...fed, range: [0, 1] as const }] : [])];
  const outputs = isUncertain('output') ? model.floatOutputs : [model.output];
  const found: Float64Array[] = [];
  for (const each of feeds) {
    const feeding = { ...model.feeding, fed: each };
    const reference = await openReference(model.referenceBytes, model.input, outputs, feeding);
    for (const raw of (await reference.run(model.pictures[0]!)).values())
      for (const meaning of isUncertain('activation') ? MEANINGS : [model.meaning])
        found.push(probabilitiesOf(raw, meaning), normalised(probabilitiesOf(raw, meaning)));
    await reference.release();
  }
  return found;
}

function normalised(values: Float64Array): Float64Array {
  const sum = values.reduce((total, each) => total + each, 0);
  return values.map((each) => each / sum);
}

/** Σ (a − 0)·∇f at the midpoints of a straight line from black: the slope along the picture itself. */
async function integrate(
  picture: Float32Array,
  along: (at: Float32Array, direction: Float32Array, step: number) => Promise<number>,
): Promise<Expected['integrated']> {
  let [sum, doubt] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const at = picture.map((value) => ((step + 0.5) / STEPS) * value);
    const [large, small] = [await along(at, picture, 1 / 512), await along(at, picture, 1 / 1024)];
    sum += small / STEPS;
    doubt += Math.abs(large - small) / STEPS;
  }
  // log p of a p that is 0 or 1 in float32.
  if (!Number.isFinite(sum + doubt)) return undefined;
  return { steps: STEPS, sum, tolerance: 0.03 * Math.abs(sum) + 3 * doubt + 5e-3 };
}
