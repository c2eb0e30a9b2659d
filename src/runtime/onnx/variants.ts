import type { Classifier, LayerId, ModelChange } from '../../core/model/classifier';
import { createTails } from './tails';

/** Variants of one model; see `Classifier.variant`. */
export interface Variants {
  of(change: ModelChange): Promise<Classifier>;
  dispose(): Promise<void>;
}

export type Rule = Extract<ModelChange, { kind: 'rule' }>['rule'];
export type Randomised = Extract<ModelChange, { kind: 'randomised' }>;

/** How the variants of a model are made. */
export interface VariantMakers {
  readonly ruled: (rule: Rule) => Classifier;
  readonly randomised: (change: Randomised) => Promise<Classifier>;
  readonly tailed: (layer: LayerId) => Promise<Classifier>;
}

/** Of a rule one is kept, and some tails; whatever was made and not disposed goes with the model. */
export function createVariants({ ruled, randomised, tailed }: VariantMakers): Variants {
  const rules = new Map<Rule, Classifier>();
  const tails = createTails(tailed);
  const others = new Set<Classifier>();

  const withRule = (rule: Rule): Classifier => {
    const variant = rules.get(rule) ?? ruled(rule);
    rules.set(rule, variant);
    return { ...variant, dispose: async () => undefined };
  };

  return {
    async of(change) {
      if (change.kind === 'rule') return withRule(change.rule);
      if (change.kind === 'tail') return tails.of(change.layer);
      const variant = await randomised(change);
      others.add(variant);
      const dispose = async (): Promise<void> => {
        others.delete(variant);
        await variant.dispose();
      };
      return { ...variant, dispose };
    },
    async dispose() {
      const all = [...rules.values(), ...others];
      rules.clear();
      others.clear();
      for (const variant of all) await variant.dispose();
      await tails.dispose();
    },
  };
}
