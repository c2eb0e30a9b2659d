import type { GraphBuilder } from '../builder';
import { floats } from '../tensor';

/** Logits [N, K] of a network's raw outputs [N, …]; one raw output z decides between two classes, whose logits are 0 and z. */
export function classLogits(builder: GraphBuilder, raw: string): string {
  const flat = builder.shape(raw).length === 2 ? raw : builder.add('Flatten', [raw], { axis: 1 });
  const [batch, outputs] = builder.shape(flat) as [number, number];
  if (outputs !== 1) return flat;
  const zeros = builder.constant(floats([batch, 1], new Float32Array(batch)));
  return builder.add('Concat', [zeros, flat], { axis: 1 });
}
