import { throwIfCancelled } from '../errors';
import type { PixelImage } from '../image/pixels';
import { countNonFinite, isAllZero } from '../method/numbers';
import { booleanValue, choiceValue, numberValue } from '../method/values';
import { integratedGradientsParameters } from './integratedGradientsParameters';
import type { Attribution, AttributionMethod } from './method';
import { BASELINES, type BaselineKind } from './path/baseline';
import { pathGradient, type PathGradient } from './path/pathGradient';
import { QUADRATURE_RULES, type QuadratureRule } from './path/quadrature';

/**
 * Integrated gradients: mapᵢ = (aᵢ − a′ᵢ)·∫₀¹ ∂f/∂aᵢ(a′ + α(a − a′)) dα, f the objective, a the image in pixel space and a′ the
 * baseline. Signed; Σ map = f(a) − f(a′) up to the error of the integral, which is reported as the completeness delta.
 * With `multiplyByInputs` off, the mean gradient alone, in objective per pixel range. Source: Sundararajan, Taly, Yan 2017; Captum's
 * `IntegratedGradients`.
 */
export const integratedGradients: AttributionMethod = {
  id: 'integrated-gradients',
  label: 'Integrated Gradients',
  summary: 'What a pixel adds to the score on the way from an empty image to this one, with its sign.',
  formula: '(a − a′) ∘ ∫₀¹ ∇ₐ f(a′ + α(a − a′)) dα',
  source: 'Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks, arXiv:1703.01365',
  family: 'path',
  needs: ['gradient'],
  display: 'diverging',
  parameters: integratedGradientsParameters,
  cost: (parameters) => ({ predictions: 0, gradients: numberValue(parameters, 'steps') + 2 }),
  run: async (classifier, image, objective, parameters, context) => {
    throwIfCancelled(context.signal);
    const rule = QUADRATURE_RULES[choiceValue(parameters, 'rule') as QuadratureRule](numberValue(parameters, 'steps'));
    const kind = choiceValue(parameters, 'baseline') as BaselineKind;
    const baseline = BASELINES[kind](image, context.seed);
    const path = await pathGradient(classifier, image, baseline, objective, rule, context);
    return attributionOf(path, image, baseline, booleanValue(parameters, 'multiplyByInputs'));
  },
};

function attributionOf(
  path: PathGradient,
  image: PixelImage,
  baseline: Float32Array,
  multiplied: boolean,
): Attribution {
  const { height, width, channels } = image;
  const contributions = Float32Array.from(path.mean, (slope, index) => (image.data[index]! - baseline[index]!) * slope);
  const data = multiplied ? contributions : Float32Array.from(path.mean);
  const change = path.value - path.baselineValue;
  const delta = contributions.reduce((sum, value) => sum + value, 0) - change;
  return {
    map: { data, height, width, channels },
    scores: path.scores,
    value: path.value,
    ...(multiplied && Number.isFinite(delta) ? { delta } : {}),
    warnings: warningsOf(path, contributions, delta),
  };
}

/** Share of f(a) − f(a′) that the delta may be before it is said. */
const DELTA_WARNED = 0.05;
/** Rounding of float32 scores, as a share of the larger one: a delta below is none. */
const ROUNDING = 1e-5;

function warningsOf(path: PathGradient, contributions: Float32Array, delta: number): readonly string[] {
  const { value, baselineValue } = path;
  const mean = Float32Array.from(path.mean);
  const nonFinite = countNonFinite(mean);
  if (nonFinite > 0)
    return [
      `${nonFinite} of ${mean.length} gradient values are not finite: the model overflows on the way to this image, and the map means nothing there.`,
    ];
  if (isAllZero(mean))
    return ['The gradient is zero everywhere on the way from the baseline: choose another objective or class.'];
  if (isAllZero(contributions))
    return [
      'The map is zero everywhere: the image is the baseline wherever the score depends on it; choose another baseline.',
    ];
  if (!Number.isFinite(value - baselineValue))
    return [
      "The model's score of the image or of the baseline is not a finite number, so what the map adds up to cannot be checked: choose another baseline.",
    ];
  const change = value - baselineValue;
  const tolerated = Math.max(
    DELTA_WARNED * Math.abs(change),
    ROUNDING * Math.max(Math.abs(value), Math.abs(baselineValue)),
  );
  if (Math.abs(delta) <= tolerated) return [];
  const share = change === 0 ? '' : `, ${((100 * Math.abs(delta)) / Math.abs(change)).toPrecision(2)} % of it`;
  return [
    `The map sums to ${(change + delta).toPrecision(4)} instead of f(a) − f(a′) = ${change.toPrecision(4)} (delta ${delta.toPrecision(2)}${share}): use more steps.`,
  ];
}
