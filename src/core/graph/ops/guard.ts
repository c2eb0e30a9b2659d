import type { GradientScope } from '../operator';

/** Throws if an input other than those `allowed` depends on the picture: no derivative with respect to it is known. */
export function refuseOtherInputs(scope: GradientScope, ...allowed: readonly number[]): void {
  const { node } = scope;
  node.inputs.forEach((_, index) => {
    if (!allowed.includes(index) && scope.wants(index))
      throw new Error(`${node.op}: input ${index} depends on the picture and cannot be differentiated through`);
  });
}
