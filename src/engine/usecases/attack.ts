import { randomBytes } from 'node:crypto';
import { UserError } from '../../core/errors';
import { type ChosenAttack, chooseAttack } from '../../core/attack/chooseAttack';
import type { AttackGoal, AttackOutcome } from '../../core/attack/method';
import { normsOf } from '../../core/attack/norms';
import { type PixelImage, stackImages } from '../../core/image/pixels';
import { numberValue } from '../../core/method/values';
import { roundTripEightBit } from '../../formats/pictures/png';
import type { Scores } from '../../core/model/classifier';
import { rankClasses } from '../../core/result/classes';
import { resultId } from '../../core/result/id';
import type { AttackRecord } from '../../core/result/kinds/attack';
import type { ClassScore, LabelFacts } from '../../core/result/record';
import { RECORD_VERSION, TOP_CLASSES } from '../../core/result/record';
import { seedOf } from './imageSeed';
import { knownLabel, predictedLabel, userLabel } from './labels';
import type { Run, RunCaches } from './run';
import { modelFacts, withRun } from './run';

import type { AttackRequest, AttackResult, Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';

/**
 * An adversarial image: away from the true label (the given one, else the file's or folder's name, else the prediction), or
 * towards `target`. The perturbation is classified by itself, and the verdict is given again for the image as saved in 8 bits.
 */
export function attack(caches: RunCaches, request: AttackRequest, job: Job | undefined): Promise<AttackResult> {
  const chosen = chooseAttack(request);
  const { method, parameters } = chosen;
  const seed = request.seed ?? DEFAULT_SEED;
  return withRun(caches, request, job, async (run) => {
    const { classifier, input, picture } = run;
    const { label, goal } = chooseGoal(request, run);
    const subject = {
      image: input,
      goal: { direction: goal.direction, label: goal.label.index },
      seed: seedOf(seed, run.facts),
    };
    const [outcome] = (await method.run(classifier, [subject], parameters, run.context(seed))) as [AttackOutcome];
    const { height, width, channels } = input;
    const perturbation: PixelImage = { data: outcome.perturbation, height, width, channels };
    const saved = await roundTripEightBit(outcome.adversarial);
    const scores = await classifier.predict(stackImages([perturbation, outcome.adversarial, saved]));
    const record = recordOf({ run, chosen, seed, goal, label, outcome, saved, scores });
    return {
      record,
      input,
      perturbation,
      adversarial: outcome.adversarial,
      picture,
      classNames: classifier.info.classes,
    };
  });
}

interface ChosenGoal {
  readonly goal: { readonly direction: AttackGoal['direction']; readonly label: LabelFacts };
  /** The true label where it is known or was needed. */
  readonly label: LabelFacts | undefined;
}

function chooseGoal(request: AttackRequest, { classifier, predicted }: Run): ChosenGoal {
  const { classes } = classifier.info;
  const known = knownLabel(request.label, request.image.path, classes);
  if (request.target !== undefined) {
    const target = userLabel(request.target, classes);
    if (request.label !== undefined && known?.index === target.index)
      throw new UserError(
        'parameter',
        `The class to reach, "${target.name}", is the one that is given as true.`,
        'Choose another target, or leave the true class out.',
      );
    return { label: known, goal: { direction: 'towards', label: target } };
  }
  const label = known ?? predictedLabel(predicted);
  return { label, goal: { direction: 'away', label } };
}

interface Finished extends ChosenGoal {
  readonly run: Run;
  readonly chosen: ChosenAttack;
  readonly seed: number;
  readonly outcome: AttackOutcome;
  readonly saved: PixelImage;
  /** Of perturbation, adversarial image, adversarial image as saved. */
  readonly scores: Scores;
}

function recordOf({ run, chosen, seed, goal, label, outcome, saved, scores }: Finished): AttackRecord {
  const { method, parameters, norm } = chosen;
  const { classifier, input, predicted } = run;
  const { classes: classNames, warnings } = classifier.info;
  const always = [predicted.index, goal.label.index, ...(label === undefined ? [] : [label.index])];
  const rank = (of: Scores, row: number) => rankClasses(of, row, classNames, { top: TOP_CLASSES, always });
  const [perturbationClasses, adversarialClasses, savedClasses] = [0, 1, 2].map((row) => rank(scores, row)) as [
    ClassScore[],
    ClassScore[],
    ClassScore[],
  ];
  const reached = (classes: readonly ClassScore[]) =>
    (classes[0]?.index === goal.label.index) === (goal.direction === 'towards');
  const startedRight = !reached(rank(run.scores, 0));
  const success = reached(adversarialClasses);
  const savedSuccess = reached(savedClasses);
  const created = new Date().toISOString();
  const norms = normsOf(input.data, outcome.adversarial.data);
  return {
    kind: 'attack',
    version: RECORD_VERSION,
    id: resultId(created, randomBytes(4)),
    created,
    image: run.facts,
    model: modelFacts(classifier),
    classes: rank(run.scores, 0),
    ...(label === undefined ? {} : { label }),
    attack: method.id,
    parameters,
    ...(method.budget === 'epsilon' && { epsilon: numberValue(parameters, 'epsilon') }),
    norm,
    goal,
    perturbationClasses,
    adversarialClasses,
    steps: outcome.steps,
    norms,
    success,
    startedRight,
    saved: { classes: savedClasses, norms: normsOf(input.data, saved.data), success: savedSuccess },
    seed,
    timings: run.timings(),
    warnings: [
      ...warnings,
      ...run.warnings,
      ...outcome.warnings,
      ...(startedRight ? [] : [reachedBefore(predicted.name, norms.linf === 0)]),
      ...(success && !savedSuccess
        ? [
            `The attack succeeds as computed but not once the image is rounded to 8 bits: save it as NPY${method.budget === 'epsilon' ? ' or raise ε' : ''}.`,
          ]
        : []),
    ],
  };
}

function reachedBefore(said: string, isUnchanged: boolean): string {
  return `The model says "${said}" already before the attack${isUnchanged ? ', so the picture is left as it is' : ''}.`;
}
