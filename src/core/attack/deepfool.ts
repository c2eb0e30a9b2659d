import { countOf } from '../countOf';
import { throwIfCancelled, UserError } from '../errors';
import { type PixelImage, stackImages } from '../image/pixels';
import { booleanValue, choiceValue, numberValue } from '../method/values';
import type { ParameterValues } from '../method/parameters';
import type { Classifier, Scores } from '../model/classifier';
import type { NormId } from '../result/record';
import { isReached } from './goal';
import { nonFiniteWarnings } from './lossGradients';
import type { AttackMethod, AttackOutcome, AttackSubject } from './method';
import { type Move, moveToBoundary } from './nearestBoundary';
import { clampParameter } from './parameters';
import { addTo } from './step';

/**
 * DeepFool: the smallest change, in L2 or L∞, that takes the top class away. As if the network were linear around where it stands,
 * it goes to the nearest of the boundaries z_k = z_y, r = |f_k|/‖w_k‖₂² · w_k (L∞: |f_k|/‖w_k‖₁ · sign(w_k)), f_k = z_k − z_y,
 * w_k = ∇ₐ f_k, k among the `candidates` classes that were the most probable at first, and on from there until the class has
 * changed; a′ = a + (1 + overshoot)·Σr after every step. The gradient is not returned: it is of many classes. It goes towards no
 * class. Throws `UserError('parameter')` for a model of one class. Source: Moosavi-Dezfooli, Fawzi, Frossard 2016.
 */
export const deepfool: AttackMethod = {
  id: 'deepfool',
  label: 'DeepFool',
  summary: 'Looks for the smallest change that takes the top class away, boundary by boundary.',
  formula: 'δ = (1 + η) · Σ |f_k| / ‖w_k‖₂² · w_k, f_k = z_k − z_y, w_k = ∇ₐ f_k, k the nearest',
  source:
    'Moosavi-Dezfooli, Fawzi, Frossard: DeepFool: a simple and accurate method to fool deep neural networks, arXiv:1511.04599',
  family: 'minimum-norm',
  needs: ['gradient'],
  cost(parameters) {
    const [steps, candidates] = [numberValue(parameters, 'steps'), numberValue(parameters, 'candidates')];
    return { predictions: steps + 1, gradients: steps * candidates };
  },
  norm: 'l2',
  budget: 'none',
  canTarget: false,
  parameters: [
    {
      id: 'norm',
      label: 'Norm',
      description: 'In which the change is to be small.',
      type: 'choice',
      default: 'l2',
      choices: [
        { id: 'l2', label: 'L2', description: 'Root of the sum of squares: a few pixels may change more.' },
        { id: 'linf', label: 'L∞', description: 'Largest change of a pixel: all change by as much.' },
      ],
    },
    {
      id: 'overshoot',
      label: 'Overshoot',
      description: 'How far beyond the boundary to go, as a part of the way.',
      type: 'number',
      default: 0.02,
      minimum: 0,
      maximum: 1,
      step: 0.01,
    },
    {
      id: 'steps',
      label: 'Steps',
      description: 'Most steps, a gradient of every candidate each.',
      type: 'integer',
      default: 50,
      minimum: 1,
      maximum: 1000,
      step: 1,
    },
    {
      id: 'candidates',
      label: 'Candidates',
      description: 'How many of the most probable classes are looked at, the label among them.',
      type: 'integer',
      default: 10,
      minimum: 2,
      maximum: 100,
      step: 1,
    },
    clampParameter,
  ],
  async run(classifier, subjects, parameters, context) {
    if (classifier.info.output.classes < 2)
      throw new UserError(
        'parameter',
        'The model has one class only, so that there is no other to go to.',
        'Use DeepFool with a model of two classes or more.',
      );
    const settings = settingsOf(parameters);
    const trails = subjects.map((subject) => new Trail(subject));
    let moving = trails;
    for (let step = 0; moving.length > 0; step++) {
      throwIfCancelled(context.signal);
      const scores = await classifier.predict(stackImages(moving.map(({ image }) => image)));
      moving.forEach((trail, row) => trail.look(scores, row, settings));
      if (step === settings.steps) break;
      moving = moving.filter(({ success }) => !success);
      for (const trail of moving) {
        throwIfCancelled(context.signal);
        await trail.advance(classifier, settings);
      }
      moving = moving.filter(({ isStuck }) => !isStuck);
      context.progress?.(step + 1, settings.steps);
    }
    context.progress?.(settings.steps, settings.steps);
    return trails.map((trail) => trail.outcome());
  },
};

interface Settings {
  readonly norm: NormId;
  readonly factor: number;
  readonly steps: number;
  readonly candidates: number;
  readonly clamp: boolean;
}

function settingsOf(parameters: ParameterValues): Settings {
  return {
    norm: choiceValue(parameters, 'norm') === 'linf' ? 'linf' : 'l2',
    factor: 1 + numberValue(parameters, 'overshoot'),
    steps: numberValue(parameters, 'steps'),
    candidates: numberValue(parameters, 'candidates'),
    clamp: booleanValue(parameters, 'clamp'),
  };
}

/** The way of one image. */
class Trail {
  image: PixelImage;
  success = false;
  isStuck = false;
  /** Σr and what of it is added to the image. */
  readonly #way: Float32Array;
  #perturbation: Float32Array;
  /** The label first. */
  #classes: readonly number[] | undefined;
  #steps = 0;
  #values = 0;
  #nonFinite = 0;

  constructor(readonly subject: AttackSubject) {
    if (subject.goal.direction !== 'away') throw new TypeError('DeepFool goes away from a class, towards none.');
    this.image = subject.image;
    this.#way = new Float32Array(subject.image.data.length);
    this.#perturbation = this.#way;
  }

  look(scores: Scores, row: number, { candidates }: Settings): void {
    const { goal } = this.subject;
    this.success = isReached(scores, row, goal);
    this.#classes ??= [goal.label, ...mostProbable(scores, row, goal.label, candidates - 1)];
  }

  async advance(classifier: Classifier, { norm, factor, clamp }: Settings): Promise<void> {
    const found: Move = await moveToBoundary(classifier, this.image, this.#classes!, norm);
    this.#nonFinite += found.nonFinite;
    this.#values += found.values;
    this.isStuck = found.move === undefined;
    if (found.move === undefined) return;
    found.move.forEach((value, index) => (this.#way[index] = this.#way[index]! + value));
    this.#perturbation = this.#way.map((value) => factor * value);
    const { image } = this.subject;
    this.image = { ...image, data: addTo(image.data, this.#perturbation, clamp) };
    this.#steps++;
  }

  outcome(): AttackOutcome {
    return {
      adversarial: this.image,
      perturbation: this.#perturbation,
      success: this.success,
      steps: this.#steps,
      warnings: [
        ...nonFiniteWarnings(this.#nonFinite, this.#values),
        ...(this.isStuck
          ? [STUCK]
          : this.success
            ? []
            : [`No other class was reached in ${countOf(this.#steps, 'step')}.`]),
      ],
    };
  }
}

const STUCK =
  'No other class has a gradient that differs from the label’s, so the image moves no further: the model is saturated where the attack stands.';

/** The `count` most probable classes besides the label. */
function mostProbable({ logits, classes }: Scores, row: number, label: number, count: number): readonly number[] {
  const logit = (index: number): number => logits[row * classes + index]!;
  return Array.from({ length: classes }, (_, index) => index)
    .filter((index) => index !== label && !Number.isNaN(logit(index)))
    .sort((a, b) => logit(b) - logit(a) || a - b)
    .slice(0, count);
}
