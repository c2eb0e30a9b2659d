import { countOf } from '../countOf';
import { throwIfCancelled } from '../errors';
import { BASELINES, type BaselineKind } from '../method/baselines';
import type { MethodContext } from '../method/context';
import type { ParameterValues } from '../method/parameters';
import { booleanValue, choiceValue, numberValue } from '../method/values';
import { integratedGradientsParameters } from './integratedGradientsParameters';
import type { Attribution, AttributionMethod } from './method';
import { type PathAttribution, pathAttribution } from './path/pathAttribution';
import { pathGradient } from './path/pathGradient';
import { QUADRATURE_RULES, type QuadratureRule } from './path/quadrature';

/**
 * Integrated gradients: mapᵢ = (aᵢ − a′ᵢ)·∫₀¹ ∂f/∂aᵢ(a′ + α(a − a′)) dα, f the objective, a the image in pixel space and a′ the
 * baseline. Signed; Σ map = f(a) − f(a′) up to the error of the integral, which is reported as the completeness delta.
 * With `multiplyByInputs` off, the mean gradient alone, in objective per pixel range. With `refine` above 0 the steps double until |delta|
 * is at most that share of f(a) − f(a′), or `mostSteps` are reached; each stage is a partial outcome.
 * Source: Sundararajan, Taly, Yan 2017; Captum's `IntegratedGradients`.
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
  cost: (parameters) => ({ predictions: 0, gradients: pointsOf(stagesOf(parameters)) }),
  run: async (classifier, image, objective, parameters, context) => {
    throwIfCancelled(context.signal);
    const ruleOf = QUADRATURE_RULES[choiceValue(parameters, 'rule') as QuadratureRule];
    const baseline = BASELINES[choiceValue(parameters, 'baseline') as BaselineKind](image, context.seed);
    const multiplied = booleanValue(parameters, 'multiplyByInputs');
    const stages = stagesOf(parameters);
    const remedy = numberValue(parameters, 'refine') === 0 ? MORE_STEPS : MORE_STAGES;
    for (let index = 0; ; index++) {
      const steps = stages[index]!;
      const stage = within(context, stages, index);
      const path = await pathGradient(classifier, image, baseline, objective, ruleOf(steps), stage);
      const found = pathAttribution(path, image, baseline, multiplied, remedy);
      const isLast = index === stages.length - 1;
      const outcome = outcomeOf(found, steps, parameters, isLast);
      if (isLast || !found.isMeasured || found.isWithin(numberValue(parameters, 'refine'))) return outcome;
      context.partial?.(outcome, `after ${steps} steps, delta ${found.deltaWords}`);
    }
  },
};

const MORE_STEPS = 'use more steps, or set refine so that they are doubled until it is small';
const MORE_STAGES = 'allow more steps with mostSteps';

/** The ends of the path, which are looked at besides the steps. */
const ENDS = 2;

/** Steps of each stage, at most: one stage unless the map is to be refined. */
function stagesOf(parameters: ParameterValues): readonly number[] {
  const stages = [numberValue(parameters, 'steps')];
  if (numberValue(parameters, 'refine') === 0) return stages;
  const most = numberValue(parameters, 'mostSteps');
  for (let last = stages[0]!; last < most; stages.push(last)) last = Math.min(2 * last, most);
  return stages;
}

function pointsOf(stages: readonly number[]): number {
  return stages.reduce((sum, steps) => sum + steps + ENDS, 0);
}

/** The context of one stage, whose progress is that of all. */
function within(context: MethodContext, stages: readonly number[], index: number): MethodContext {
  const { progress } = context;
  if (progress === undefined) return context;
  const [before, total] = [pointsOf(stages.slice(0, index)), pointsOf(stages)];
  return { ...context, progress: (done) => progress(before + done, total) };
}

function outcomeOf(
  { attribution, isWithin }: PathAttribution,
  steps: number,
  parameters: ParameterValues,
  isLast: boolean,
): Attribution {
  const share = numberValue(parameters, 'refine');
  if (share === 0) return attribution;
  const isShort = isLast && attribution.warnings.length === 0 && !isWithin(share);
  const percent = Number((100 * share).toPrecision(3));
  const most = numberValue(parameters, 'mostSteps');
  const warnings = isShort
    ? [
        `After ${countOf(steps, 'step')} the delta is still more than ${percent} % of f(a) − f(a′): ${MORE_STAGES}, or a larger share with refine.`,
      ]
    : attribution.warnings;
  const isBehind = steps > most && !isWithin(share);
  const behind = `Nothing was refined: mostSteps is ${most}, fewer than the ${countOf(steps, 'step')} that it begins with.`;
  return { ...attribution, chosen: { steps }, warnings: isBehind ? [...warnings, behind] : warnings };
}
