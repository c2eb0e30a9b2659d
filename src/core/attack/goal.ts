import type { Objective, Scores } from '../model/classifier';
import { topClass } from '../result/classes';
import type { AttackGoal } from './method';

/** +1 where the goal is to raise the loss J of its label (`away`), −1 where it is to lower it (`towards`). */
export function goalSign(goal: AttackGoal): 1 | -1 {
  return goal.direction === 'away' ? 1 : -1;
}

/** The loss J that attacks differentiate: cross-entropy of the goal's label. */
export function goalObjective(goal: AttackGoal): Objective {
  return { kind: 'cross-entropy', label: goal.label };
}

/** Whether image `row` is where the goal wants it: `away`: the top class is not the label; `towards`: it is. */
export function isReached(scores: Scores, row: number, goal: AttackGoal): boolean {
  return (topClass(scores, row) === goal.label) === (goal.direction === 'towards');
}

/**
 * How far image `row` is from the goal, in logits: `away`: z_label − max z of the others; `towards`: minus that. Negative where the
 * goal is reached, whatever makes probabilities of logits; of a model of one class −∞ or ∞.
 */
export function distanceToGoal({ logits, classes }: Scores, row: number, goal: AttackGoal): number {
  let others = -Infinity;
  for (let index = 0; index < classes; index++)
    if (index !== goal.label) others = Math.max(others, logits[row * classes + index]!);
  return goalSign(goal) * (logits[row * classes + goal.label]! - others);
}
