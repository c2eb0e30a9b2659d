import type { Operator } from '../operator';

/** An operator that others define; it is written out before anything asks for its shape. */
export function composite(decompose: NonNullable<Operator['decompose']>, traits?: Operator['traits']): Operator {
  return {
    ...(traits && { traits }),
    infer: ({ op }) => {
      throw new Error(`${op} is written out before its shape is asked for`);
    },
    decompose,
  };
}
