import { flagOf, textOf } from './attributes';
import { fused } from './convolutions';
import { input, type NodeReader, type NodeScope } from './scope';

/** Products of matrices. */
export const linear: Readonly<Record<string, NodeReader>> = {
  MatMul: (scope) => product(scope, 'transpose_a', 'transpose_b'),
  _FusedMatMul: (scope) => fused(scope, product(scope, 'transpose_a', 'transpose_b')),
  BatchMatMul: (scope) => product(scope, 'adj_x', 'adj_y'),
  BatchMatMulV2: (scope) => product(scope, 'adj_x', 'adj_y'),
  BatchMatMulV3: (scope) => product(scope, 'adj_x', 'adj_y'),
  Einsum: ({ node, emitter, inputs }) => {
    const equation = textOf(node, 'equation', '');
    if (!/^[A-Za-z.,\s]+->[A-Za-z.\s]*$/.test(equation)) throw new Error('its equation is malformed');
    return emitter.add('Einsum', inputs, { equation });
  },
};

function product(scope: NodeScope, left: string, right: string): string {
  const flags = [flagOf(scope.node, left), flagOf(scope.node, right)];
  const operands = flags.map((flag, index) => (flag ? turned(scope, index, left) : input(scope, index)));
  return scope.emitter.add('MatMul', operands);
}

/** The last two axes exchanged. */
function turned(scope: NodeScope, index: number, flag: string): string {
  const { emitter } = scope;
  const value = input(scope, index);
  const rank = emitter.constantOf(value)?.shape.length ?? (flag === 'transpose_a' ? 2 : undefined);
  // The rank of a computed batch of matrices is not known here.
  if (rank === undefined) return emitter.add('Einsum', [value], { equation: '...ij->...ji' });
  if (rank < 2) throw new Error('an operand is no matrix');
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emitter.add('Transpose', [value], { perm });
}
