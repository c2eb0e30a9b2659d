import type { GradientScope } from '../operator';

/** Throws if the derivative is asked for with respect to an input other than those `allowed`: none is known. */
export function refuseOtherInputs(scope: GradientScope, ...allowed: readonly number[]): void {
  const { node } = scope;
  node.inputs.forEach((_, index) => {
    if (!allowed.includes(index) && scope.wants(index))
      throw new Error(`${node.op}: no derivative with respect to input ${index} is known`);
  });
}
