import { BASELINES, type FillKind } from '../method/baselines';
import type { ParameterValues } from '../method/parameters';
import { type Answer, type Asked, valuesOfSet } from '../method/points/askSet';
import { batchOf } from '../image/pixels';
import { booleanValue, choiceValue, numberValue } from '../method/values';
import { infidelityParameters, type Perturbation } from './infidelityParameters';
import type { Metric, MetricOutcome, MetricSubject } from './metric';
import { perElement } from './perElement';
import { whereFinite } from './whereFinite';

/**
 * Infidelity: E[(Σ I ∘ φ − (f(a) − f(a − I)))²] over perturbations I of the image a, φ the map, f its objective: how far the map is
 * from telling what a perturbation does to the score, in the square of f's unit; ≥ 0. I is noise, or a − a′ − noise for a baseline
 * a′. With `multipliedByInputs` Σ I / (a − a′) ∘ φ, the divisor 1 where image and baseline agree. With `normalize` φ is scaled by
 * β = E[dᵢ cᵢ] / E[dᵢ²], d the sums and c the changes, which makes it least. A map of one value a pixel meets the mean over channels.
 * Sources: Yeh et al. 2019; Captum's `infidelity` and `infidelity_perturb_func_decorator`.
 */
export const infidelity: Metric = {
  id: 'infidelity',
  label: 'Infidelity',
  summary: 'How far the map is from telling what small changes of the image do to the score.',
  formula: 'E[(Σ I ∘ map − (f(a) − f(a − I)))²]',
  source:
    'Yeh, Hsieh, Suggala, Inouye, Ravikumar: On the (In)fidelity and Sensitivity of Explanations, arXiv:1901.09392',
  family: 'faithfulness',
  needs: [],
  better: 'lower',
  unit: "square of the objective's",
  minimum: 0,
  parameters: infidelityParameters,
  cost: (parameters) => ({ predictions: numberValue(parameters, 'samples') + 1, gradients: 0 }),
  run: (classifier, subjects, parameters, context) =>
    whereFinite(subjects, async (finite) => {
      const asked = finite.flatMap((subject) => [original(subject), perturbed(subject, parameters)]);
      const answers = await valuesOfSet({ classifier, context }, asked);
      return finite.map((_, index) =>
        outcomeOf(answers[2 * index]!, answers[2 * index + 1]!, booleanValue(parameters, 'normalize')),
      );
    }),
};

function original({ image, objective }: MetricSubject): Asked {
  return { points: { kind: 'batch', images: batchOf(image) }, objective };
}

/** a − I for each I, and Σ I ∘ φ at each. */
function perturbed(subject: MetricSubject, parameters: ParameterValues): Asked {
  const { image, objective, seed } = subject;
  const baseline = BASELINES[choiceValue(parameters, 'baseline') as FillKind](image);
  const centre = (choiceValue(parameters, 'perturbation') as Perturbation) === 'noise' ? image.data : baseline;
  const deviation = numberValue(parameters, 'deviation');
  const count = numberValue(parameters, 'samples');
  const from = booleanValue(parameters, 'multipliedByInputs') ? baseline : undefined;
  return {
    points: { kind: 'noise', image: { ...image, data: centre }, deviation, seed, count },
    objective,
    measure: toldChange(subject, from),
  };
}

/**
 * What the map says of a perturbed image: Σ φ ∘ (a − image) over all elements, in float64; φ divided by a − a′ where there is a
 * `baseline` a′ that it counts from.
 */
export function toldChange(
  { image, map }: Pick<MetricSubject, 'image' | 'map'>,
  baseline?: Float32Array,
): (pixels: Float32Array) => number {
  const rates = Float64Array.from(perElement(map, image));
  if (baseline)
    for (let index = 0; index < rates.length; index++) {
      const way = image.data[index]! - baseline[index]!;
      if (way !== 0) rates[index]! /= way;
    }
  return (pixels) => {
    let sum = 0;
    for (let index = 0; index < rates.length; index++) sum += rates[index]! * (image.data[index]! - pixels[index]!);
    return sum;
  };
}

function outcomeOf({ values: [own] }: Answer, { values, measures }: Answer, normalize: boolean): MetricOutcome {
  const changes = values.map((value) => own! - value);
  const value = meanSquaredError(measures, changes, normalize);
  if (!Number.isFinite(value))
    return { value: NaN, warnings: ['The score of the image, or of it perturbed, is no finite number.'] };
  const isStill = measures.every((told) => told === 0) && changes.every((change) => change === 0);
  return {
    value,
    warnings: isStill ? ['No perturbation changed the score, and the map tells of no change: take more noise.'] : [],
  };
}

/** E[(β dᵢ − cᵢ)²], β = Σ dᵢcᵢ / Σ dᵢ² (1 over nothing) if it is to be normalised, else 1. */
export function meanSquaredError(told: readonly number[], changes: readonly number[], normalize: boolean): number {
  const sumOf = (term: (index: number) => number) => told.reduce((sum, _, index) => sum + term(index), 0);
  const squares = sumOf((index) => told[index]! ** 2);
  const factor = normalize ? sumOf((index) => told[index]! * changes[index]!) / (squares || 1) : 1;
  return sumOf((index) => (factor * told[index]! - changes[index]!) ** 2) / told.length;
}
