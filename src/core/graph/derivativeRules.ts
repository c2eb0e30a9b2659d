import type { OperatorTable } from './builder';
import { nodesBetween } from './differentiate';
import type { GraphNode, StaticGraph } from './graph';
import type { GradientScope } from './operator';
import { stepMask } from './ops/masks';
import { hasTrait } from './ops/traits';

/** Another derivative of rectifiers; see {@link withRule}. */
export type DerivativeRule = 'guided' | 'deconvolution';

/** The operator that a rule changes; `passes/nameRectifiers` calls by this name what is one. */
const RECTIFIER = 'Relu';

/**
 * The operators with another derivative of y = max(0, x), dy the gradient that arrives:
 * `guided` dx = max(0, dy) where x > 0, else 0 (Springenberg et al. 2015); `deconvolution` dx = max(0, dy) (Zeiler, Fergus 2014).
 *
 * Nothing but ReLU itself is changed, here wherever it stands in the network and not only as a module: one that is leaky or smooth
 * keeps its own derivative, and so does the bound of one that is bounded above.
 */
export function withRule(operators: OperatorTable, rule: DerivativeRule): OperatorTable {
  const gradient = rule === 'guided' ? guided : ({ builder, dy }: GradientScope) => [builder.add(RECTIFIER, [dy()])];
  return new Map([...operators, [RECTIFIER, { ...operators.get(RECTIFIER)!, gradient }]]);
}

function guided({ builder, dy, node }: GradientScope): readonly string[] {
  return [builder.add('Mul', [builder.add(RECTIFIER, [dy()]), stepMask(builder, node.outputs[0]!)])];
}

/** How often each operator occurs on the way from the picture to the scores. */
export interface Reach {
  /** Rectifiers, which a rule changes. */
  readonly changed: number;
  /** What else bends: functions of single values that are not linear, choices by a value, and softmax. */
  readonly others: ReadonlyMap<string, number>;
}

/** What a rule changes of a network and what it leaves. */
export function reachOfRules(graph: StaticGraph): Reach {
  const between = nodesBetween(graph.nodes, graph.inputs[0]!.name, graph.outputs[0]!);
  const made = new Set(between.flatMap(({ outputs }) => outputs));
  const choices = new Set(between.filter(({ op }) => op === 'Where' || op === 'Not').map(({ inputs }) => inputs[0]!));
  // A condition is counted with the choice that is made by it.
  const bends = between.filter((node) => isBent(node, made) && !choices.has(node.outputs[0]!));
  return { changed: countsOf(between).get(RECTIFIER) ?? 0, others: countsOf(bends) };
}

function countsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts;
}

const STRAIGHT: ReadonlySet<string> = new Set([RECTIFIER, 'Identity', 'Neg', 'Cast', 'Dropout']);
const LINEAR_TOGETHER: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Mean']);
const BENT_AS_A_WHOLE: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Hardmax', 'QuantizeLinear']);

function isBent({ op, inputs }: GraphNode, made: ReadonlySet<string>): boolean {
  if (BENT_AS_A_WHOLE.has(op)) return true;
  if (op === 'Where') return made.has(inputs[0]!);
  if (hasTrait(op, 'elementwise')) return !STRAIGHT.has(op);
  return hasTrait(op, 'broadcast') && !LINEAR_TOGETHER.has(op);
}
