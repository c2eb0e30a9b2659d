import { UserError } from '../errors';
import { batchOf } from '../image/pixels';
import { countNonFinite, isAllZero, nonFiniteWords } from '../method/numbers';
import { gradientMoments, type Moments } from '../method/points/ask';
import { choiceValue, numberValue } from '../method/values';
import type { AttributionMethod } from './method';
import { smoothGradParameters } from './smoothGradParameters';

/**
 * SmoothGrad: map = E[g(a + ε)] over `samples` draws ε from N(0, σ²), g the gradient ∇f or, at each noisy image, (a + ε) ∘ ∇f(a + ε).
 * `statistic`: E[g] (signed), E[g²] (SmoothGrad²), or E[g²] − E[g]² (VarGrad), the last two ≥ 0. Shape and unit of g (or its square).
 * σ is a share of the pixel range, so noisy images leave [0, 1] and are not clamped. Each draw belongs to seed and sample.
 * Throws `UserError('parameter')` for the variance of one draw.
 * Sources: Smilkov et al. 2017; Hooker et al. 2019 (squared); Adebayo et al. 2018 (variance).
 */
export const smoothGrad: AttributionMethod = {
  id: 'smooth-grad',
  label: 'SmoothGrad',
  summary: 'The gradient averaged over noisy copies of the image, which leaves what does not hang on single pixels.',
  formula: 'E[∇ₐ f(a + ε)], ε ~ N(0, σ²)',
  source: 'Smilkov, Thorat, Kim, Viégas, Wattenberg: SmoothGrad, arXiv:1706.03825',
  family: 'gradient',
  needs: ['gradient'],
  display: 'diverging',
  parameters: smoothGradParameters,
  cost: (parameters) => ({ predictions: 0, gradients: numberValue(parameters, 'samples') + 1 }),
  run: async (classifier, image, objective, parameters, context) => {
    const count = numberValue(parameters, 'samples');
    if (count < 2 && choiceValue(parameters, 'statistic') === 'variance')
      throw new UserError('parameter', 'One noisy copy does not vary.', 'Use 2 samples or more, or another statistic.');
    const noise = {
      kind: 'noise',
      image,
      deviation: numberValue(parameters, 'noise'),
      seed: context.seed,
      count,
    } as const;
    const points = [{ kind: 'batch', images: batchOf(image) }, noise] as const;
    const weights = [0, ...new Array<number>(count).fill(1)];
    const timesInput = choiceValue(parameters, 'of') === 'input-x-gradient';
    const question = { classifier, points, objective, context };
    const { scores, values, ...moments } = await gradientMoments(question, weights, { timesInput });
    const data = STATISTICS[choiceValue(parameters, 'statistic') as Statistic](moments);
    const { height, width, channels } = image;
    return {
      map: { data, height, width, channels },
      scores,
      value: values[0]!,
      warnings: warningsOf(data, Float32Array.from(moments.mean)),
    };
  },
};

type Statistic = 'mean' | 'squared' | 'variance';

const STATISTICS: Readonly<Record<Statistic, (moments: Moments) => Float32Array>> = {
  mean: ({ mean }) => Float32Array.from(mean),
  squared: ({ mean, variance }) => Float32Array.from(variance, (value, index) => value + mean[index]! ** 2),
  variance: ({ variance }) => Float32Array.from(variance),
};

function warningsOf(map: Float32Array, mean: Float32Array): readonly string[] {
  const nonFinite = countNonFinite(mean);
  if (nonFinite > 0)
    return [
      `${nonFiniteWords(nonFinite, mean.length, 'gradient value')}: the model overflows at a noisy copy of this image, and the map means nothing there; use less noise.`,
    ];
  if (!isAllZero(map)) return [];
  if (!isAllZero(mean)) return ['The map is zero everywhere: noise of this size does not change the gradient at all.'];
  return ['The gradient is zero everywhere around this image: choose another objective or class, or more noise.'];
}
