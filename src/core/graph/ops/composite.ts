import type { Operator } from '../operator';

/** An operator that others define. It is written out before anything asks for its shape, but for what its `traits` promise. */
export function composite(
  decompose: NonNullable<Operator['decompose']>,
  known?: Pick<Operator, 'traits' | 'infer'>,
): Operator {
  return {
    infer: ({ op }) => {
      throw new Error(`${op} is written out before its shape is asked for`);
    },
    ...known,
    decompose,
  };
}
