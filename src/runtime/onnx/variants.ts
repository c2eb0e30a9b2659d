import type { Classifier, ModelChange } from '../../core/model/classifier';

/** Variants of one model; see `Classifier.variant`. */
export interface Variants {
  of(change: ModelChange): Promise<Classifier>;
  dispose(): Promise<void>;
}

export type Rule = Extract<ModelChange, { kind: 'rule' }>['rule'];
export type Randomised = Extract<ModelChange, { kind: 'randomised' }>;

/** Of a rule one is kept; whatever was made and not disposed goes with the model. */
export function createVariants(
  ruled: (rule: Rule) => Classifier,
  randomised: (change: Randomised) => Promise<Classifier>,
): Variants {
  const rules = new Map<Rule, Classifier>();
  const others = new Set<Classifier>();

  const withRule = (rule: Rule): Classifier => {
    const variant = rules.get(rule) ?? ruled(rule);
    rules.set(rule, variant);
    return { ...variant, dispose: async () => undefined };
  };

  return {
    async of(change) {
      if (change.kind === 'rule') return withRule(change.rule);
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
    },
  };
}
