import { UserError } from '../errors';
import type { PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import type { Classifier, Objective } from '../model/classifier';
import type { EngineId } from '../model/modelInfo';
import type { CheckItem, CheckStatus } from '../result/modelCheck';
import { checkItem, percent } from './checkItem';
import { cosine, relativeDifference } from './compare';
import { probeObjectives } from './gradientChecks';
import { settleGradients, type Dispute } from './gradientDispute';

/** The same model on another engine, or why there is none. */
export type SecondOpinion = Classifier | { readonly why: string };

/** Of logits, relative to the largest. */
const SAME_LOGITS = 1e-4;
const SIMILAR_LOGITS = 1e-2;
/** Deep networks of rectifiers differ at single pixels, where rounding turns one on or off, but not in direction. */
const SAME_DIRECTION = 0.999;
const SIMILAR_DIRECTION = 0.99;

interface Agreement {
  /** max |Δ| of the scores, relative. */
  readonly scores: number;
  /** Cosine and max |Δ| / max |g| of the gradients; absent where the other engine has none. */
  readonly gradient?: { readonly cosine: number; readonly difference: number };
  readonly dispute?: Dispute;
}

/** By how much each engine's gradient is off at worst, as a share of its size; undefined: rounding hides it. */
type Offs = { readonly first: number; readonly second: number } | undefined;

/** Shares up to which a gradient is right, and up to which it may bend. */
const RIGHT = 0.02;
const BENT = 0.1;

/**
 * Do two engines, which share no code that computes, agree on scores (1e-4 of the largest) and on the gradient (cosine ≥ 0.999)?
 * Logits are compared, and the gradient of the top class's; probabilities where only one engine could take the final activation off.
 * Gradients that differ are both held to differences of scores: the check fails only where the first engine's is off.
 */
export async function checkSecondEngine(
  first: Classifier,
  second: SecondOpinion,
  pictures: readonly PixelImage[],
  rows: readonly Float32Array[],
  differentiable = true,
): Promise<CheckItem> {
  if ('why' in second) return checkItem('second-engine', 'skipped', second.why);
  const engine = second.info.engine;
  const name = second.info.asFile === true ? "ONNX Runtime on the model's own file" : `The engine ${engine}`;
  const found: Agreement[] = [];
  try {
    for (const [index, picture] of pictures.entries())
      found.push(await compare(first, second, picture, rows[index]!, differentiable));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return checkItem('second-engine', 'skipped', `${name} does not run the model: ${error.message}`);
  }
  const scores = Math.max(...found.map((each) => each.scores));
  const gradients = found.flatMap(({ gradient }) => (gradient ? [gradient] : []));
  if (gradients.length === 0) {
    const status = statusOf(scores, 1);
    const why =
      second.info.asFile === true
        ? 'it has no gradient to compare'
        : 'only one of them or none can differentiate the model';
    const text = `${name} gives ${status === 'passed' ? 'the same' : 'other'} scores (within ${percent(scores)}); ${why}.`;
    return checkItem('second-engine', status, text, { pictures: pictures.length, scoreDifference: scores });
  }
  const direction = Math.min(...gradients.map((each) => each.cosine));
  const difference = Math.max(...gradients.map((each) => each.difference));
  const numbers = {
    pictures: pictures.length,
    scoreDifference: scores,
    gradientCosine: direction,
    gradientDifference: difference,
  };
  const measured = `scores within ${percent(scores)}, gradients with cosine ${direction.toFixed(6)} and within ${percent(difference)} at the worst pixel`;
  const status = statusOf(scores, direction);
  const engines = [first.info.engine, engine] as const;
  if (status === 'passed')
    return checkItem('second-engine', status, `The engines ${engines.join(' and ')} agree: ${measured}.`, numbers);
  const offs = direction < SAME_DIRECTION ? await worstOffs(found) : undefined;
  const blamed = offs && blame(engines, offs);
  if (offs === undefined || blamed === undefined || scores > SAME_LOGITS) {
    const how = status === 'warning' ? 'differ somewhat' : 'disagree';
    const whose = blamed === undefined ? '' : ` ${blamed.sentence}`;
    const text = `The engines ${engines.join(' and ')} ${how}: ${measured}; please report the model.${whose}`;
    return checkItem('second-engine', status, text, numbers);
  }
  const measuredOffs = { ...numbers, gradientOff: offs.first, secondGradientOff: offs.second };
  const text = `The engines ${engines.join(' and ')} differ: ${measured}. ${blamed.sentence}`;
  return checkItem('second-engine', blamed.status, text, measuredOffs);
}

async function worstOffs(found: readonly Agreement[]): Promise<Offs> {
  let worst: Offs;
  for (const { gradient, dispute } of found) {
    if (dispute === undefined || gradient === undefined || gradient.cosine >= SAME_DIRECTION) continue;
    const settled = await settleGradients(dispute);
    if (settled === undefined) continue;
    const [first, second] = settled;
    worst = { first: Math.max(worst?.first ?? 0, first), second: Math.max(worst?.second ?? 0, second) };
  }
  return worst;
}

/** Which engine's gradient is off by differences of its own scores, and what that means for the first's. */
function blame(
  [first, second]: readonly [EngineId, EngineId],
  offs: NonNullable<Offs>,
): { readonly status: CheckStatus; readonly sentence: string } {
  const said = `by differences of its own scores the gradient of ${first} is off by ${percent(offs.first)} of its size, that of ${second} by ${percent(offs.second)}`;
  if (offs.first <= RIGHT && offs.second <= RIGHT)
    return { status: 'warning', sentence: `Both are right within what differences can tell: ${said}.` };
  if (offs.first <= RIGHT)
    return {
      status: 'warning',
      sentence: `The second engine is off, not ${first}, whose numbers hold: ${said}.`,
    };
  const status = offs.first <= BENT ? 'warning' : 'failed';
  const which = offs.second <= RIGHT ? `The engine ${first} is off` : 'Both are off, or the network bends sharply';
  return { status, sentence: `${which}: ${said}; please report the model.` };
}

function statusOf(scores: number, direction: number): 'passed' | 'warning' | 'failed' {
  if (scores <= SAME_LOGITS && direction >= SAME_DIRECTION) return 'passed';
  return scores <= SIMILAR_LOGITS && direction >= SIMILAR_DIRECTION ? 'warning' : 'failed';
}

async function compare(
  first: Classifier,
  second: Classifier,
  picture: PixelImage,
  logits: Float32Array,
  differentiable: boolean,
): Promise<Agreement> {
  const batch = batchOf(picture);
  const alike = first.info.output.activation === second.info.output.activation;
  const own = await first.predict(batch);
  const other = await second.predict(batch);
  if (own.classes !== other.classes) return { scores: Infinity, gradient: { cosine: 0, difference: Infinity } };
  const scores = alike
    ? relativeDifference(own.logits, other.logits)
    : relativeDifference(own.probabilities, other.probabilities);
  if (!differentiable) return { scores };
  const [{ kind, classIndex }] = probeObjectives(logits) as [Extract<Objective, { classIndex: number }>, Objective];
  const objective: Objective = { kind: alike ? kind : 'log-probability', classIndex };
  try {
    const [a, b] = [await first.gradient(batch, [objective]), await second.gradient(batch, [objective])];
    const gradient = {
      cosine: cosine(a.gradient, b.gradient),
      difference: relativeDifference(a.gradient, b.gradient),
    };
    const gradients = [a.gradient, b.gradient] as const;
    return { scores, gradient, dispute: { picture, objective, classifiers: [first, second], gradients } };
  } catch (error) {
    if (error instanceof UserError && error.code === 'gradient-unavailable') return { scores };
    throw error;
  }
}
