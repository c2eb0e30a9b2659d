import { UserError } from '../errors';
import type { ClassWeight, Objective, Scores } from './classifier';
import type { ModelOutput } from './modelInfo';

/** How raw outputs become scores: `activation` as stripped, `binary` if one number decides between two classes. */
export interface ScoreRule {
  readonly activation: ModelOutput['activation'];
  readonly binary: boolean;
  /** Numbers that the model puts out for each image. */
  readonly outputs: number;
  /** Outputs that already are probabilities are these times a number, 100 if they are percentages; 1 unless given. */
  readonly whole?: number;
}

export interface ObjectiveSeeds {
  readonly scores: Scores;
  /** Of each objective of each row. */
  readonly values: Float32Array;
  /** ∂ objective / ∂ raw output, one row of outputs for each value: where backpropagation starts. */
  readonly seeds: Float32Array;
}

/** Keeps log p finite where a probability underflowed; the smallest normal float32. */
const SMALLEST = 1.17549435e-38;

/**
 * Logits and probabilities from raw model outputs.
 *
 * Softmax: p = exp(z − max z) / Σ. Multi-label (several sigmoids): p = σ(z) = 1 / (1 + exp(−z)) each. Binary, one
 * number z for two classes: a class's logit is its log-odds, [−z, z], and p = [σ(−z), σ(z)], which is no softmax of the two.
 * Outputs that already are probabilities, or these times `whole`: logits = log p; one of a binary model, or several that each stand for themselves:
 * z = log(p / (1 − p)). All are finite at 0 and 1.
 */
export function scoresOf(raw: Float32Array, count: number, rule: ScoreRule): Scores {
  const classes = rule.binary ? 2 : rule.outputs;
  const logits = new Float32Array(count * classes);
  const probabilities = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) {
    const z = logitsOfRow(raw.subarray(row * rule.outputs, (row + 1) * rule.outputs), rule);
    logits.set(z, row * classes);
    probabilities.set(isIndependent(rule) ? z.map(sigmoid) : softmax(z), row * classes);
  }
  return { logits, probabilities, count, classes };
}

/**
 * Values of the objectives and their derivatives with respect to the raw outputs, in double precision.
 *
 * With p the probabilities: ∂z_c = e_c; ∂Σ wₖ zₖ = w; ∂p_c = p_c(e_c − p); ∂log p_c = e_c − p; cross-entropy −log p_label = −∂log p_label.
 * Multi-label and binary: p_c(1 − p_c)e_c and (1 − p_c)e_c. Objectives as `Classifier.gradient` takes them, rows for images.
 * Throws `UserError('unknown-class')` for an index outside the classes, `UserError('parameter')` for a wrong number of objectives or a
 * weight that is no number.
 */
export function objectiveSeeds(
  raw: Float32Array,
  count: number,
  rule: ScoreRule,
  objectives: readonly Objective[],
): ObjectiveSeeds {
  checkObjectives(objectives, count, rule.binary ? 2 : rule.outputs);
  const scores = scoresOf(raw, count, rule);
  const each = objectivesEach(objectives, count);
  const values = new Float32Array(count * each);
  const seeds = new Float32Array(count * each * rule.outputs);
  for (let row = 0; row < count; row++) {
    const outputs = raw.subarray(row * rule.outputs, (row + 1) * rule.outputs);
    const z = logitsOfRow(outputs, rule);
    for (let at = row * each; at < (row + 1) * each; at++) {
      const objective = objectives[objectives.length === 1 ? 0 : at]!;
      const { value, derivative } = objectiveOfRow(z, isIndependent(rule), objective);
      values[at] = value;
      seeds.set(throughLogits(derivative, outputs, rule), at * rule.outputs);
    }
  }
  return { scores, values, seeds };
}

/** How many objectives each of `count` images has; a single one serves all. */
export function objectivesEach(objectives: readonly Objective[], count: number): number {
  return objectives.length === 1 ? 1 : objectives.length / count;
}

/**
 * The objective's value at each image of `scores`, from the logits alone, for methods that ask for no derivative.
 * Throws `UserError('unknown-class')`.
 */
export function objectiveValues(
  { logits, count, classes }: Scores,
  objective: Objective,
  output: ModelOutput,
): Float32Array {
  checkObjectives([objective], count, classes);
  const independent = isIndependent({ activation: output.activation, binary: output.oneNumber === true });
  return Float32Array.from({ length: count }, (_, row) => {
    const z = new Float64Array(logits.subarray(row * classes, (row + 1) * classes));
    return objectiveOfRow(z, independent, objective).value;
  });
}

/**
 * Throws `UserError('parameter')` for a wrong number of objectives or a weight that is no number, `UserError('unknown-class')` for a class
 * that is not there.
 */
export function checkObjectives(objectives: readonly Objective[], count: number, classes: number): void {
  if (objectives.length === 0 || (objectives.length !== 1 && objectives.length % count !== 0)) {
    throw new UserError(
      'parameter',
      `${objectives.length} objectives were given for ${count} images.`,
      'Give one objective for all images, or as many for each.',
    );
  }
  for (const { classIndex: index, weight } of objectives.flatMap(weightsOf)) {
    if (!Number.isFinite(weight))
      throw new UserError('parameter', `A class has the weight ${weight}.`, 'Weigh classes by finite numbers.');
    if (!Number.isInteger(index) || index < 0 || index >= classes) {
      throw new UserError(
        'unknown-class',
        `The model has no class ${index}.`,
        `Choose a class from 0 to ${classes - 1}.`,
      );
    }
  }
}

/** The class that an objective is about by a 1 in a row of all classes, or the weights of several. */
export function classRow(objective: Objective, classes: number): Float64Array {
  const row = new Float64Array(classes);
  for (const { classIndex, weight } of weightsOf(objective)) row[classIndex]! += weight;
  return row;
}

function weightsOf(objective: Objective): readonly ClassWeight[] {
  if (objective.kind === 'combination') return objective.weights;
  return [{ classIndex: objective.kind === 'cross-entropy' ? objective.label : objective.classIndex, weight: 1 }];
}

function objectiveOfRow(
  z: Float64Array,
  independent: boolean,
  objective: Objective,
): { value: number; derivative: Float64Array } {
  const row = classRow(objective, z.length);
  if (objective.kind === 'logit' || objective.kind === 'combination') {
    // A logit of no weight may be infinite.
    return { value: row.reduce((sum, w, k) => (w === 0 ? sum : sum + w * z[k]!), 0), derivative: row };
  }
  const c = row.indexOf(1);
  const logProbability = independent ? -softplus(-z[c]!) : z[c]! - logSumExp(z);
  const ofLog = independent ? row.map((one) => one * sigmoid(-z[c]!)) : ofLogSoftmax(softmax(z), c);
  if (objective.kind === 'log-probability') return { value: logProbability, derivative: ofLog };
  if (objective.kind === 'cross-entropy') return { value: -logProbability, derivative: ofLog.map((d) => -d) };
  const probability = Math.exp(logProbability);
  return { value: probability, derivative: ofLog.map((d) => d * probability) };
}

/** e_c − p, with Σ_{j≠c} p_j for 1 − p_c, which keeps its digits where the model is sure. */
function ofLogSoftmax(p: Float64Array, c: number): Float64Array {
  const rest = p.reduce((sum, each, i) => (i === c ? sum : sum + each), 0);
  return p.map((each, i) => (i === c ? rest : -each));
}

function logitsOfRow(outputs: Float32Array, { activation, binary, whole = 1 }: ScoreRule): Float64Array {
  const log = (p: number): number => (Number.isNaN(p) ? p : Math.log(Math.max(p, SMALLEST)));
  const p = sharesOf(outputs, whole);
  const logOdds = (p: number): number => log(p) - log(1 - p);
  if (binary) {
    const only = p[0]!;
    const z = activation === 'probabilities' ? logOdds(only) : only;
    return Float64Array.of(0 - z, z);
  }
  if (activation === 'independent-probabilities') return p.map(logOdds);
  return activation === 'probabilities' ? p.map(log) : p;
}

/** A thousand numbers are copied for every picture that is looked at: `Float64Array.from` with a function takes longer than the network. */
function sharesOf(outputs: Float32Array, whole: number): Float64Array {
  const shares = new Float64Array(outputs);
  return whole === 1 ? shares : shares.map((output) => output / whole);
}

/** Chain rule from the logits back to the raw outputs; a logarithm that was kept finite is flat there. */
function throughLogits(
  derivative: Float64Array,
  outputs: Float32Array,
  { activation, binary, whole = 1 }: ScoreRule,
): Float64Array {
  const ofLog = (p: number): number => (p > SMALLEST ? 1 / (p * whole) : 0);
  const ofLogOdds = (p: number): number => ofLog(p) + ofLog(1 - p);
  const p = sharesOf(outputs, whole);
  if (binary) {
    const ofOdds = derivative[1]! - derivative[0]!;
    return Float64Array.of(activation === 'probabilities' ? ofOdds * ofLogOdds(p[0]!) : ofOdds);
  }
  if (activation === 'independent-probabilities') return derivative.map((d, i) => d * ofLogOdds(p[i]!));
  return activation === 'probabilities' ? derivative.map((d, i) => d * ofLog(p[i]!)) : derivative;
}

/** Is the probability of a class σ of its own logit, whatever the other logits are. */
function isIndependent({ activation, binary }: Pick<ScoreRule, 'activation' | 'binary'>): boolean {
  return binary || activation === 'sigmoid' || activation === 'independent-probabilities';
}

function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}

function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

function maximum(z: Float64Array): number {
  return z.reduce((a, b) => Math.max(a, b), -Infinity);
}

function logSumExp(z: Float64Array): number {
  const top = maximum(z);
  return top + Math.log(z.reduce((sum, each) => sum + Math.exp(each - top), 0));
}

function softmax(z: Float64Array): Float64Array {
  const top = maximum(z);
  const powers = z.map((each) => Math.exp(each - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
