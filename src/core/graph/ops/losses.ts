import { numberAttribute, textAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { composite } from './composite';
import { terms } from './terms';

/** Losses of class scores [N, C, …] and targets [N, …], as ONNX defines them; targets have no derivative. */
export const losses: Readonly<Record<string, Operator>> = {
  NegativeLogLikelihoodLoss: composite((node, builder) => [negativeLikelihood(node, builder, node.inputs[0]!)]),
  SoftmaxCrossEntropyLoss: composite((node, builder) => {
    const logs = builder.add('LogSoftmax', [node.inputs[0]!], { axis: 1 });
    return [negativeLikelihood(node, builder, logs), logs];
  }),
};

/** −w_t·log p_t: each, their sum, or their mean weighed by w_t; nothing of targets that are to be ignored. */
function negativeLikelihood(node: GraphNode, builder: DecomposingBuilder, logs: string): string {
  const t = terms(builder);
  const [, targets, weight = ''] = node.inputs as [string, string, string?];
  const shape = builder.shape(targets);
  const ignored = node.attributes.ignore_index;
  const wide = builder.add('Cast', [targets], { to: 7 });
  const counts = (): string => {
    const same = builder.add('Equal', [wide, builder.indices([numberAttribute(node, 'ignore_index', 0)])]);
    return builder.add('Not', [same]);
  };
  const taken = ignored === undefined ? undefined : counts();
  const safe = taken === undefined ? wide : builder.add('Where', [taken, wide, builder.indices([0])]);
  const places = t.reshape(safe, [shape[0]!, 1, ...shape.slice(1)]);
  const chosen = t.reshape(builder.add('GatherElements', [logs, places], { axis: 1 }), shape);
  const ones = builder.add('Expand', [builder.scalar(1), builder.indices(shape)]);
  const own = weight === '' ? ones : builder.add('Gather', [weight, safe], { axis: 0 });
  const factors = taken === undefined ? own : t.mul(own, builder.add('Cast', [taken], { to: 1 }));
  const loss = builder.add('Neg', [t.mul(chosen, factors)]);
  const reduction = textAttribute(node, 'reduction', 'mean');
  if (reduction === 'none') return loss;
  const axes = shape.map((_, axis) => axis);
  const total = t.sum(loss, axes, false);
  return reduction === 'sum' ? total : t.div(total, t.sum(factors, axes, false));
}
