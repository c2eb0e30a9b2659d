import { throwIfCancelled } from '../errors';
import { COUNT, type ParameterDeclaration, type ParameterValues } from '../method/parameters';
import { euclideanNorm } from '../method/numbers';
import { imagesAt } from '../method/points/points';
import { numberValue } from '../method/values';
import type { RawMap } from '../image/pixels';
import type { Metric, MetricContext, MetricOutcome, MetricSubject } from './metric';
import { whereFinite } from './whereFinite';

const parameters: readonly ParameterDeclaration[] = [
  {
    id: 'samples',
    label: 'Samples',
    description: 'Perturbed images that the method is asked about.',
    ...COUNT,
  },
  {
    id: 'radius',
    label: 'Radius',
    description: 'Largest change of a value, drawn evenly from both sides.',
    unit: 'pixel range',
    type: 'number',
    default: 0.02,
    minimum: 0,
    maximum: 1,
    step: 0.001,
  },
];

/**
 * Max-sensitivity: the largest ‖φ(a + ε) − φ(a)‖₂ / ‖φ(a)‖₂ over perturbations ε drawn evenly from [−r, r) for each value, φ the
 * method that is measured: how much a map changes with an image that looks the same, as a share of its norm; ≥ 0. Images leave [0, 1] and are not
 * clamped. What the method itself draws it draws alike for each. Divided by 1 where the map is zero. Sources: Yeh et al. 2019; Captum's
 * `sensitivity_max`.
 */
export const maxSensitivity: Metric = {
  id: 'max-sensitivity',
  label: 'Max-Sensitivity',
  summary: 'How much the map changes, at most, when the image changes by noise that is hardly seen.',
  formula: 'max ‖map(a + ε) − map(a)‖₂ / ‖map(a)‖₂, |ε| ≤ r',
  source:
    'Yeh, Hsieh, Suggala, Inouye, Ravikumar: On the (In)fidelity and Sensitivity of Explanations, arXiv:1901.09392',
  family: 'robustness',
  needs: ['method'],
  better: 'lower',
  unit: "share of the map's norm",
  minimum: 0,
  parameters,
  cost: (values) => ({ predictions: 0, gradients: 0, attributions: numberValue(values, 'samples') }),
  run: (_classifier, subjects, values, context) =>
    whereFinite(subjects, async (finite) => {
      const outcomes: MetricOutcome[] = [];
      const asking = finite.filter(({ asksNothing }) => asksNothing !== true).length;
      let asked = 0;
      for (const subject of finite) {
        throwIfCancelled(context.signal);
        const place = subject.asksNothing === true ? -1 : asked++;
        const maps = await mapsAround(subject, values, part(context, place, asking));
        outcomes.push(outcomeOf(subject.map, maps));
      }
      return outcomes;
    }),
};

function mapsAround(
  { image, seed, attribute }: MetricSubject,
  values: ParameterValues,
  context: MetricContext,
): Promise<readonly RawMap[]> {
  const [count, radius] = [numberValue(values, 'samples'), numberValue(values, 'radius')];
  return attribute(imagesAt({ kind: 'even-noise', image, radius, seed, count }), context);
}

/** The context of subject `index` of the `count` that ask, whose progress is that of all; −1: it tells none. */
function part({ progress, ...context }: MetricContext, index: number, count: number): MetricContext {
  if (progress === undefined || index < 0) return context;
  return { ...context, progress: (done, total) => progress(index * total + done, count * total) };
}

function outcomeOf(map: RawMap, others: readonly RawMap[]): MetricOutcome {
  const own = euclideanNorm(map.data);
  const value = Math.max(...others.map(({ data }) => distance(data, map.data))) / (own || 1);
  if (Number.isNaN(value))
    return { value, warnings: ['The map of a perturbed image is not finite, so its distance cannot be measured.'] };
  return { value, warnings: own === 0 ? ['The map is zero everywhere, so the distances are not shares of it.'] : [] };
}

/** ‖a − b‖₂ */
function distance(a: Float32Array, b: Float32Array): number {
  return euclideanNorm(Float64Array.from(a, (value, index) => value - b[index]!));
}
