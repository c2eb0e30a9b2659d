import type { GraphBuilder } from '../builder';
import { floats } from '../tensor';

/**
 * What a softmax makes the class probabilities of, [N, K], from a network's raw outputs [N, …]. One raw output z decides between
 * two classes of the probabilities σ(−z) and σ(z): the softmax of 0 and z.
 */
export function softmaxLogits(builder: GraphBuilder, raw: string): string {
  const flat = builder.shape(raw).length === 2 ? raw : builder.add('Flatten', [raw], { axis: 1 });
  const [batch, outputs] = builder.shape(flat) as [number, number];
  if (outputs !== 1) return flat;
  const zeros = builder.constant(floats([batch, 1], new Float32Array(batch)));
  return builder.add('Concat', [zeros, flat], { axis: 1 });
}

/**
 * The derivative with respect to {@link softmaxLogits} u of the logits of the classes that `chosen`, one-hot rows e [N, K], names:
 * e; where one raw output decides between two classes, whose logits are the log-odds u_c − u_{1−c} = ∓z, 2e − 1.
 */
export function logitSeed(builder: GraphBuilder, raw: string, chosen: string): string {
  if (
    builder
      .shape(raw)
      .slice(1)
      .some((size) => size !== 1)
  )
    return chosen;
  const twice = builder.add('Add', [chosen, chosen]);
  return builder.add('Sub', [twice, builder.scalar(1)]);
}
