import { BASELINES, type FillKind } from '../method/baselines';
import type { Cost } from '../method/description';
import type { ParameterValues } from '../method/parameters';
import { type Answer, valuesOfSet } from '../method/points/askSet';
import type { Points } from '../method/points/points';
import { choiceValue, numberValue } from '../method/values';
import type { Objective } from '../model/classifier';
import type { Follow } from './exchangeParameters';
import type { Metric, MetricOutcome, MetricSubject } from './metric';
import { rankedPixels, type Reduction } from './ranking';
import { whereFinite } from './whereFinite';

/** `delete`: the image's pixels become the baseline's; `insert`: the baseline's become the image's. */
export type Exchange = 'delete' | 'insert';

/**
 * The score while pixels are exchanged, those first that the map ranks highest: x the share that is exchanged, from 0 to 1 in `steps`
 * equal parts to whole pixels, y the score there, value the area under it by the trapezoid rule over the actual shares.
 */
export function exchangeCurves(exchange: Exchange): Metric['run'] {
  return (classifier, subjects, parameters, context) =>
    whereFinite(subjects, async (finite) => {
      const planned = finite.map((subject) => planOf(subject, parameters, exchange));
      const answers = await valuesOfSet({ classifier, context }, planned);
      return planned.map((plan, index) => outcomeOf(plan, answers[index]!));
    });
}

/** Both ends and what lies between. */
export function exchangeCost(parameters: ParameterValues): Cost {
  return { predictions: numberValue(parameters, 'steps') + 1, gradients: 0 };
}

interface Plan {
  readonly points: Points;
  readonly objective: Objective;
  /** Of the pixels, at each point. */
  readonly shares: readonly number[];
  readonly warnings: readonly string[];
}

function planOf({ image, map, objective, seed }: MetricSubject, parameters: ParameterValues, exchange: Exchange): Plan {
  const pixels = image.height * image.width;
  const counts = countsOf(pixels, numberValue(parameters, 'steps'));
  const baseline = BASELINES[choiceValue(parameters, 'baseline') as FillKind](image);
  const order = rankedPixels(map, image, choiceValue(parameters, 'reduce') as Reduction, seed);
  const [from, to] = exchange === 'delete' ? [image.data, baseline] : [baseline, image.data];
  return {
    points: { kind: 'exchanged', image: { ...image, data: from }, fill: to, order, counts },
    shares: counts.map((count) => count / pixels),
    ...followed(objective, choiceValue(parameters, 'follow') as Follow),
  };
}

/** 0 and `pixels` and, as evenly as whole pixels allow, what lies between; each once. */
function countsOf(pixels: number, steps: number): readonly number[] {
  const even = Array.from({ length: steps + 1 }, (_, step) => Math.round((step * pixels) / steps));
  return [...new Set(even)];
}

/** What the curve is of: the loss and differences of classes have no probability, so these are followed themselves. */
function followed(objective: Objective, follow: Follow): Pick<Plan, 'objective' | 'warnings'> {
  if (follow === 'objective') return { objective, warnings: [] };
  if (objective.kind === 'cross-entropy' || objective.kind === 'combination') {
    const what = objective.kind === 'combination' ? 'the difference of logits' : 'the cross-entropy';
    return { objective, warnings: [`The curve is that of ${what} itself, which is no probability.`] };
  }
  return { objective: { kind: 'probability', classIndex: objective.classIndex }, warnings: [] };
}

function outcomeOf({ shares, warnings }: Plan, { values }: Answer): MetricOutcome {
  return {
    value: area(shares, values),
    curve: { x: [...shares], y: [...values] },
    warnings: [...warnings, ...warningsOf(values)],
  };
}

/** A first step with this share of all that the score moves leaves the others nothing to tell. */
const ALL_AT_ONCE = 0.95;

function warningsOf(values: readonly number[]): readonly string[] {
  const missing = values.filter((value) => !Number.isFinite(value)).length;
  if (missing > 0) return [`The score is no finite number at ${missing} of ${values.length} points of the curve.`];
  const [first = 0, ...later] = values.slice(1).map((value, index) => Math.abs(value - values[index]!));
  const rest = later.reduce((sum, move) => sum + move, 0);
  const isCoarse = first > 0 && later.length > 0 && first >= ALL_AT_ONCE * (first + rest);
  return isCoarse ? ['The score changes almost wholly with the first step: take more steps to tell maps apart.'] : [];
}

/** Σ (xᵢ₊₁ − xᵢ)(yᵢ + yᵢ₊₁)/2 */
function area(x: readonly number[], y: readonly number[]): number {
  return x.slice(1).reduce((sum, right, index) => sum + ((right - x[index]!) * (y[index]! + y[index + 1]!)) / 2, 0);
}
