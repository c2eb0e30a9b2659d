import { UserError } from '../../../core/errors';
import { matchClasses } from '../../../core/result/matchClasses';
import type { ClassLabels } from '../../../training/architectures/architecture';

/** Which class of a data set each output of a network stands for. */
export interface ClassAgreement {
  /** Place in the data set's classes of the class of each output. */
  readonly order: readonly number[];
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

const LISTED = 10;

/**
 * Brings the classes of a data set into the order of a network with as many outputs, by their names. Where one of the two has no
 * names, the data set's own order stands, which is said. Throws `UserError('unknown-class')` with both lists where the names differ.
 */
export function agreeOnClasses(own: readonly string[], { names, isNamed }: ClassLabels): ClassAgreement {
  const order = names.map((_, at) => at);
  const matched = matchClasses(own, names);
  if (matched !== undefined) return { order: matched, names: matched.map((at) => names[at]!), warnings: [] };
  if (own.length === 0 || areNumbers(own))
    return {
      order,
      names,
      warnings: [
        `The network does not name its classes: they are taken in the data set's order (${listed(names, true)}). Folders go by their names as Python sorts them, unless you listed them.`,
      ],
    };
  if (!isNamed)
    return {
      order,
      names: own,
      warnings: [
        `The data set does not name its classes: its labels are taken as the network's classes (${listed(own, true)}).`,
      ],
    };
  throw new UserError(
    'unknown-class',
    `The network's classes (${listed(own)}) are not those of the data set (${listed(names)}).`,
    "Call them the same in the model's lens.json and in the data set, in the order of the network's outputs, or begin with fresh weights.",
  );
}

/** Names that say no more than where a class stands: 0, 1, … or "class 0", "class 1", … */
function areNumbers(names: readonly string[]): boolean {
  return ['', 'class '].some((word) => names.every((name, at) => name === `${word}${at}`));
}

function listed(names: readonly string[], numbers = false): string {
  const shown = names.slice(0, LISTED).map((name, at) => (numbers ? `${at} “${name}”` : `“${name}”`));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
