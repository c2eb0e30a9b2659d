import { UserError } from '../errors';
import { deepfool } from './deepfool';
import { fgsm } from './fgsm';
import { maxNormedGradient } from './maxNormedGradient';
import type { AttackMethod } from './method';
import { pgd } from './pgd';
import { pgdEuclidean } from './pgdEuclidean';

/** Every attack, in the order in which choosers list them; the first is the default. */
export const attackMethods: readonly AttackMethod[] = [fgsm, maxNormedGradient, pgd, pgdEuclidean, deepfool];

/** The attack with this id. Throws `UserError('unknown-method')` that lists the ids there are. */
export function findAttackMethod(id: string): AttackMethod {
  const method = attackMethods.find((candidate) => candidate.id === id);
  if (method !== undefined) return method;
  const ids = attackMethods.map((candidate) => candidate.id).join(', ');
  throw new UserError('unknown-method', `There is no attack "${id}".`, `Use one of: ${ids}.`);
}
