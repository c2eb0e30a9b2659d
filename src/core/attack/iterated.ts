import { throwIfCancelled } from '../errors';
import { type PixelImage, stackImages } from '../image/pixels';
import { isAllZero } from '../method/numbers';
import type { Classifier, Scores } from '../model/classifier';
import { distanceToGoal, goalSign, isReached } from './goal';
import { type LossGradient, lossGradients, nonFiniteWarnings } from './lossGradients';
import type { AttackContext, AttackGoal, AttackOutcome, AttackSubject } from './method';
import { addTo } from './step';

/** An attack that follows the loss gradient step by step: what differs from one to the next. δ is a′ − a. */
export interface Iteration {
  readonly steps: number;
  /** How often each image is begun with; the first start that reaches the goal is kept, else the one that came nearest. */
  readonly starts: number;
  /** δ before the first step is not 0, so that whether the image itself is finished is asked before that. */
  readonly looksFirst: boolean;
  /** δ before the first step. */
  readonly start: (subject: AttackSubject, start: number) => Float32Array;
  /** What is added to δ to raise a loss of this gradient; the loop turns it where the goal is to lower it. */
  readonly step: (gradient: Float32Array, step: number) => Float32Array;
  /** δ brought back to where it may be. */
  readonly project: (delta: Float32Array) => Float32Array;
  /** Whether image `row` is finished. */
  readonly stop: (scores: Scores, row: number, goal: AttackGoal) => boolean;
  /** Keep a + δ in [0, 1], after every step. */
  readonly clamp: boolean;
}

/**
 * δ ← project(δ + s·step(∇ₐJ(a + δ))) for each image, s = ±1 by its goal, and a′ = a + δ kept in [0, 1] if asked. Images that are
 * finished, or whose gradient has vanished, leave the batch; one that is finished as it is stays as it is. Throws `CancelledError` and what the classifier throws.
 */
export async function iterate(
  classifier: Classifier,
  subjects: readonly AttackSubject[],
  iteration: Iteration,
  context: AttackContext,
): Promise<readonly AttackOutcome[]> {
  const { starts, steps } = iteration;
  const finished = iteration.looksFirst ? await finishedAlready(classifier, subjects, iteration, context) : [];
  const all = subjects.map((subject, index) => ({ subject, tries: new Tries(finished[index]) }));
  for (let start = 0; start < starts; start++) {
    const open = all.filter(({ tries }) => tries.best?.success !== true);
    if (open.length === 0) break;
    const begun = open.map(({ subject }) => new Trail(subject, iteration, iteration.start(subject, start)));
    await follow(classifier, begun, iteration, {
      ...(context.signal && { signal: context.signal }),
      progress: (done) => context.progress?.(start * steps + done, starts * steps),
    });
    open.forEach(({ tries }, index) => tries.add(begun[index]!));
  }
  context.progress?.(starts * steps, starts * steps);
  return all.map(({ tries }) => tries.outcome());
}

/** Of each image that is finished as it is, the way of no steps. */
async function finishedAlready(
  classifier: Classifier,
  subjects: readonly AttackSubject[],
  iteration: Iteration,
  { signal }: AttackContext,
): Promise<readonly (Trail | undefined)[]> {
  throwIfCancelled(signal);
  const scores = await classifier.predict(stackImages(subjects.map(({ image }) => image)));
  return subjects.map((subject, row) => {
    if (!iteration.stop(scores, row, subject.goal)) return undefined;
    const trail = new Trail(subject, iteration, new Float32Array(subject.image.data.length));
    trail.end(scores, row);
    return trail;
  });
}

/** Steps of one start of each image. */
async function follow(
  classifier: Classifier,
  begun: readonly Trail[],
  { steps, stop }: Iteration,
  { signal, progress }: AttackContext,
): Promise<void> {
  let moving = begun;
  for (let step = 0; step < steps && moving.length > 0; step++) {
    throwIfCancelled(signal);
    const goals = moving.map(({ subject }) => subject.goal);
    const { scores, gradients } = await lossGradients(
      classifier,
      moving.map(({ image }) => image),
      goals,
    );
    moving = moving.filter((trail, row) => {
      trail.meet(gradients[row]!);
      const isFinished = stop(scores, row, goals[row]!);
      if (isFinished || !trail.canMove) trail.end(scores, row);
      else trail.move(step);
      return !isFinished && trail.canMove;
    });
    progress?.(step + 1, steps);
  }
  throwIfCancelled(signal);
  if (moving.length === 0) return;
  const scores = await classifier.predict(stackImages(moving.map(({ image }) => image)));
  moving.forEach((trail, row) => trail.end(scores, row));
}

/** One start of one image: where it is, and what was met on the way. */
class Trail {
  image: PixelImage;
  canMove = true;
  success = false;
  /** To the goal, as it ended. */
  distance = Infinity;
  steps = 0;
  /** Gradient values that were met, and how many of them were not finite. */
  values = 0;
  nonFinite = 0;
  /** As projected, before clamping. */
  #delta: Float32Array;
  #gradient: LossGradient | undefined;

  constructor(
    readonly subject: AttackSubject,
    private readonly iteration: Iteration,
    start: Float32Array,
  ) {
    this.#delta = start;
    this.image = this.#placed();
  }

  meet(gradient: LossGradient): void {
    this.#gradient = gradient;
    this.values += gradient.raw.length;
    this.nonFinite += gradient.nonFinite;
    this.canMove = !isAllZero(gradient.usable);
  }

  move(step: number): void {
    const { image, goal } = this.subject;
    const change = this.iteration.step(this.#gradient!.usable, step);
    const sign = goalSign(goal);
    const from = this.iteration.clamp ? withinRange(this.#delta, image.data) : this.#delta;
    this.#delta = this.iteration.project(from.map((value, index) => value + sign * change[index]!));
    this.image = this.#placed();
    this.steps++;
  }

  /** Looks at what has become of it. */
  end(scores: Scores, row: number): void {
    this.success = isReached(scores, row, this.subject.goal);
    this.distance = distanceToGoal(scores, row, this.subject.goal);
  }

  isBetterThan(other: Trail): boolean {
    return this.success !== other.success ? this.success : this.distance < other.distance;
  }

  outcome(): Omit<AttackOutcome, 'steps'> {
    return {
      adversarial: this.image,
      perturbation: this.#delta,
      ...(this.#gradient && { gradient: this.#gradient.raw }),
      success: this.success,
      warnings: this.canMove || this.success ? [] : [STUCK],
    };
  }

  #placed(): PixelImage {
    const { image } = this.subject;
    return { ...image, data: addTo(image.data, this.#delta, this.iteration.clamp) };
  }
}

/** The starts of one image: the best of them and the effort of all. */
class Tries {
  #steps = 0;
  #values = 0;
  #nonFinite = 0;

  constructor(public best: Trail | undefined) {}

  add(trail: Trail): void {
    this.#steps += trail.steps;
    this.#values += trail.values;
    this.#nonFinite += trail.nonFinite;
    if (this.best === undefined || trail.isBetterThan(this.best)) this.best = trail;
  }

  outcome(): AttackOutcome {
    const { warnings, ...rest } = this.best!.outcome();
    return {
      ...rest,
      steps: this.#steps,
      warnings: [...nonFiniteWarnings(this.#nonFinite, this.#values), ...warnings],
    };
  }
}

const STUCK =
  'The loss gradient is zero everywhere, so the image moves no further: the model is saturated where the attack stands.';

/** δ with which a + δ is in [0, 1]. */
function withinRange(delta: Float32Array, image: Float32Array): Float32Array {
  return delta.map((value, index) => Math.min(1 - image[index]!, Math.max(-image[index]!, value)));
}
