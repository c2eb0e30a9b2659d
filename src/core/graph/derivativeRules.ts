import type { OperatorTable } from './builder';
import { nodesBetween } from './differentiate';
import type { StaticGraph } from './graph';
import type { GradientScope } from './operator';
import { activation } from './ops/activation';
import { stepMask } from './ops/masks';
import { STRAIGHT_THROUGH } from './ops/quantization';

/** Another derivative of rectifiers; see {@link withRule}. */
export type DerivativeRule = 'guided' | 'deconvolution';

/** The operator that a rule changes. */
const RECTIFIER = 'Relu';

/**
 * The operators with another derivative of y = max(0, x), dy the gradient that arrives:
 * `guided` dx = max(0, dy) where x > 0, else 0 (Springenberg et al. 2015); `deconvolution` dx = max(0, dy) (Zeiler, Fergus 2014).
 *
 * As in Captum and TensorFlow's overridden gradients nothing but ReLU itself is changed, here wherever it stands in the network and
 * not only as a module: one that is bounded above (Clip, as ReLU6), leaky or smooth keeps its own derivative.
 */
export function withRule(operators: OperatorTable, rule: DerivativeRule): OperatorTable {
  const gradient = rule === 'guided' ? guided : ({ builder, dy }: GradientScope) => [builder.add(RECTIFIER, [dy()])];
  return new Map([...operators, [RECTIFIER, { ...operators.get(RECTIFIER)!, gradient }]]);
}

function guided({ builder, dy, node }: GradientScope): readonly string[] {
  return [builder.add('Mul', [builder.add(RECTIFIER, [dy()]), stepMask(builder, node.outputs[0]!)])];
}

/** On the way from the picture to the scores: how many rectifiers a rule changes, and what else bends, with how often each occurs. */
export function reachOfRules(graph: StaticGraph): {
  readonly changed: number;
  readonly others: ReadonlyMap<string, number>;
} {
  const others = new Map<string, number>();
  let changed = 0;
  for (const { op } of nodesBetween(graph.nodes, graph.inputs[0]!.name, graph.outputs[0]!)) {
    if (op === RECTIFIER) changed++;
    else if (op === 'Clip' || STRAIGHT_THROUGH.has(op) || Object.hasOwn(activation, op))
      others.set(op, (others.get(op) ?? 0) + 1);
  }
  return { changed, others };
}
