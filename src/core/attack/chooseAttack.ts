import { UserError } from '../errors';
import { type ParameterValues, resolveParameters } from '../method/parameters';
import { NORM_IDS, type NormId } from '../result/record';
import type { AttackDescription, AttackMethod } from './method';
import { attackMethods, findAttackMethod } from './registry';

/** What is asked of an attack. */
interface AttackChoice {
  readonly attack: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Before that of `parameters`. */
  readonly epsilon?: number;
  /** Class to reach; absent: untargeted. */
  readonly target?: number | string;
}

export interface ChosenAttack {
  readonly method: AttackMethod;
  readonly parameters: ParameterValues;
  readonly norm: NormId;
}

/**
 * The attack that is asked for with its complete parameters and the norm that it looks at. Throws `UserError`: 'unknown-method';
 * 'parameter' also for an ε where the attack has none, and for a target where it can go towards none.
 */
export function chooseAttack({ attack, parameters = {}, epsilon, target }: AttackChoice): ChosenAttack {
  const method = findAttackMethod(attack);
  const given = { ...parameters, ...(epsilon === undefined ? {} : { epsilon }) };
  if (method.budget === 'none' && given.epsilon !== undefined)
    throw new UserError(
      'parameter',
      `The attack "${method.id}" has no ε: it looks for the smallest change that does.`,
      `Leave ε out, or use an attack that has one: ${idsOf(({ budget }) => budget === 'epsilon')}.`,
    );
  if (target !== undefined && !method.canTarget)
    throw new UserError(
      'parameter',
      `The attack "${method.id}" cannot go towards a chosen class: it goes to the nearest one.`,
      `Leave the target out, or use an attack that takes one: ${idsOf(({ canTarget }) => canTarget)}.`,
    );
  const complete = resolveParameters(method.parameters, given);
  return { method, parameters: complete, norm: NORM_IDS.find((id) => id === complete.norm) ?? method.norm };
}

function idsOf(isMeant: (description: AttackDescription) => boolean): string {
  return attackMethods
    .filter(isMeant)
    .map(({ id }) => id)
    .join(', ');
}
