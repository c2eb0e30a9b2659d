import { euclideanNorm } from '../method/numbers';
import { balls } from './balls';
import { batchOf, type PixelImage } from '../image/pixels';
import type { Classifier } from '../model/classifier';
import type { NormId } from '../result/record';
import { usableGradient } from './lossGradients';

export interface Move {
  /** To the nearest boundary; absent where no class has one. */
  readonly move: Float32Array | undefined;
  /** Gradient values that were looked at, and how many of them were not finite. */
  readonly values: number;
  readonly nonFinite: number;
}

/** Of an image that lies on the boundary: a little, so that it does not stay there. */
const LEAST_DISTANCE = 1e-6;

/**
 * The shortest move in `norm` from the image to where the logit of one of `others` is the label's, as if the network were linear:
 * distance |f_k|/‖w_k‖ in the dual norm (L2: L2; L∞: L1), f_k = z_k − z_label, w_k = ∂f_k/∂a. Elements that are not finite
 * count as 0. Throws what the classifier throws.
 */
export async function moveToBoundary(
  classifier: Classifier,
  image: PixelImage,
  [label, ...others]: readonly number[],
  norm: NormId,
): Promise<Move> {
  const classes = [label!, ...others];
  const { values, gradient } = await classifier.gradient(
    batchOf(image),
    classes.map((classIndex) => ({ kind: 'logit', classIndex })),
  );
  const { usable, nonFinite } = usableGradient(gradient);
  const size = image.data.length;
  const row = (index: number): Float32Array => usable.subarray(index * size, (index + 1) * size);
  let nearest: { readonly distance: number; readonly slope: Float32Array } | undefined;
  for (let index = 1; index < classes.length; index++) {
    const slope = row(index).map((value, pixel) => value - usable[pixel]!);
    const dual = dualNorm(slope, norm);
    const distance = Math.max(LEAST_DISTANCE, Math.abs(values[index]! - values[0]!) / dual);
    if (dual > 0 && Number.isFinite(distance) && !(nearest && nearest.distance <= distance))
      nearest = { distance, slope };
  }
  return { move: nearest && balls[norm].steepest(nearest.slope, nearest.distance), values: gradient.length, nonFinite };
}

/** The norm that a slope has where distances are in `norm`. */
function dualNorm(slope: Float32Array, norm: NormId): number {
  return norm === 'l2' ? euclideanNorm(slope) : slope.reduce((sum, value) => sum + Math.abs(value), 0);
}
