import { choice, flag, object } from '../schema/kinds';
import type { Of } from '../schema/schema';
import type { PixelImage } from '../image/pixels';
import type { MethodContext } from '../method/context';
import { descriptionEntries } from '../method/description';
import type { MethodFunctions } from '../method/method';
import type { ParameterValues } from '../method/parameters';
import type { Classifier } from '../model/classifier';
import { NORM_IDS } from '../result/record';

/** What is said of an attack. */
export const attackDescription = object({
  ...descriptionEntries,
  /** The norm that `budget` is in; where there is a parameter `norm`, that one chooses. */
  norm: choice(NORM_IDS),
  /** `epsilon`: the parameter of that name bounds the change; `none`: the attack looks for the smallest change. */
  budget: choice(['epsilon', 'none']),
  /** Whether it can go towards a chosen class. */
  canTarget: flag,
});

export type AttackDescription = Of<typeof attackDescription>;

/**
 * An attack: a function of a classifier and images of its shape that returns a changed image for each, in their order. What
 * becomes of an image does not depend on the others, to rounding. ε is in pixel units ([0, 1]).
 */
export interface AttackMethod extends AttackDescription, MethodFunctions {
  readonly run: (
    classifier: Classifier,
    subjects: readonly AttackSubject[],
    parameters: ParameterValues,
    context: AttackContext,
  ) => Promise<readonly AttackOutcome[]>;
}

/** What is drawn belongs to the images, not to the run. */
export type AttackContext = Omit<MethodContext, 'seed'>;

export interface AttackSubject {
  readonly image: PixelImage;
  readonly goal: AttackGoal;
  /** Of every random draw for this image. */
  readonly seed: number;
}

/** `away`: raise the cross-entropy of `label`; `towards`: lower that of `label`. */
export interface AttackGoal {
  readonly direction: 'away' | 'towards';
  readonly label: number;
}

export interface AttackOutcome {
  /** a′, shape of the image. */
  readonly adversarial: PixelImage;
  /** The last loss gradient ∂J/∂a, shape of the image; absent for attacks without gradients. */
  readonly gradient?: Float32Array;
  /** What was added before any clamping, shape of the image (ε·sign g, ε·g/max|g|). */
  readonly perturbation: Float32Array;
  /** Whether the goal is reached; absent where the method does not look. */
  readonly success?: boolean;
  /** Steps that were made, over all starts. */
  readonly steps: number;
  readonly warnings: readonly string[];
}
