import { throwIfCancelled } from '../errors';
import { batchOf, type PixelImage } from '../image/pixels';
import type { MethodContext } from '../method/context';
import { countNonFinite, isAllZero, nonFiniteWords } from '../method/numbers';
import type { Classifier, Objective } from '../model/classifier';
import type { Attribution } from './method';

/**
 * The attribution whose element i is `combine(∂f/∂aᵢ, aᵢ)`, f the objective: one forward and one backward pass.
 * Height × width × channels, raw. Warns where the gradient vanishes everywhere or is not finite. Throws `CancelledError` and
 * what the classifier throws.
 */
export async function gradientMap(
  classifier: Classifier,
  image: PixelImage,
  objective: Objective,
  context: MethodContext,
  combine: (derivative: number, pixel: number) => number,
): Promise<Attribution> {
  throwIfCancelled(context.signal);
  const { gradient, scores, values } = await classifier.gradient(batchOf(image), [objective]);
  throwIfCancelled(context.signal);
  const data = new Float32Array(image.data.length);
  for (let index = 0; index < data.length; index++) data[index] = combine(gradient[index]!, image.data[index]!);
  context.progress?.(1, 1);
  const { height, width, channels } = image;
  return {
    map: { data, height, width, channels },
    scores,
    value: values[0]!,
    warnings: warningsOf(gradient, data, objective),
  };
}

function warningsOf(gradient: Float32Array, map: Float32Array, objective: Objective): readonly string[] {
  const nonFinite = countNonFinite(gradient);
  if (nonFinite > 0)
    return [
      `${nonFiniteWords(nonFinite, gradient.length, 'gradient value')}: the model overflows at this image, and the map means nothing there.`,
    ];
  if (isAllZero(gradient)) return [zeroGradientWarning(objective)];
  if (isAllZero(map))
    return [
      'The map is zero everywhere although the gradient is not: the image is 0 wherever the score depends on it.',
    ];
  return [];
}

function zeroGradientWarning(objective: Objective): string {
  if (objective.kind === 'logit')
    return 'The gradient is zero everywhere: at this image the logit does not depend on any pixel (all its units are inactive or saturated); try another class or image.';
  if (objective.kind === 'combination')
    return 'The gradient is zero everywhere: at this image the difference of the logits does not depend on any pixel; try other classes or another image.';
  return `The gradient is zero everywhere: the ${objective.kind} is saturated at this image; choose the logit as objective instead.`;
}
