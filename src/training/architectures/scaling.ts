/**
 * Initialiser of a layer before a relu: variance 2 / fan-in (He et al. 2015), where fan-in counts the kernel positions that see
 * data on average over the map, not the zeros around it: of a 3 × 3 kernel on a 1 × 1 map one of nine.
 */
export function beforeRelu(shape: readonly number[], kernel: number): object {
  const share =
    shape.length < 3 ? 1 : shape.slice(0, 2).reduce((product, side) => product * seen(side, kernel), 1) / kernel ** 2;
  return scaling(2 / share, 'fan_in');
}

/** Glorot & Bengio 2010, for the layer that ends in softmax. */
export const LAST: object = scaling(1, 'fan_avg');

function scaling(scale: number, mode: string): object {
  return { class_name: 'VarianceScaling', config: { scale, mode, distribution: 'normal', seed: null } };
}

/** Positions of a kernel of stride 1, padded to keep the size, that lie within `side` places, on average. */
function seen(side: number, kernel: number): number {
  const reach = Math.floor(kernel / 2);
  let inside = 0;
  for (let at = 0; at < side; at++) {
    inside += Math.min(side - 1, at - reach + kernel - 1) - Math.max(0, at - reach) + 1;
  }
  return inside / side;
}
