import { numberAttribute } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { composite } from './composite';
import { aboveMask } from './masks';
import { terms } from './terms';

/** Activations that ONNX defines by others. */
export const gatedActivations: Readonly<Record<string, Operator>> = {
  // x·σ(αx).
  Swish: composite((node, builder) => [swish(builder, node.inputs[0]!, numberAttribute(node, 'alpha', 1))], {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [x!],
  }),
  // a·σ(αa)·b (Shazeer, GLU Variants, 2020).
  SwiGLU: composite((node, builder) => {
    const [a, b] = node.inputs as [string, string];
    return [terms(builder).mul(swish(builder, a, numberAttribute(node, 'alpha', 1)), b)];
  }),
  // x − bias for x > λ, x + bias for x < −λ, else 0.
  Shrink: composite(
    (node, builder) => {
      const t = terms(builder);
      const x = node.inputs[0]!;
      const outside = aboveMask(builder, builder.add('Abs', [x]), numberAttribute(node, 'lambd', 0.5));
      const moved = t.sub(x, t.times(builder.add('Sign', [x]), numberAttribute(node, 'bias', 0)));
      return [t.mul(moved, outside)];
    },
    { traits: ['elementwise'], infer: (_node, { types: [x] }) => [x!] },
  ),
};

function swish(builder: DecomposingBuilder, x: string, alpha: number): string {
  const t = terms(builder);
  return t.mul(x, builder.add('Sigmoid', [t.times(x, alpha)]));
}
