import { numberAttribute } from '../graph';
import type { GradientScope, NodeBuilder, Operator } from '../operator';
import { broadcastShapes, sizeOf, type Shape } from '../tensor';
import { unbroadcast } from './broadcast';

/** Matrix products. */
export const linear: Readonly<Record<string, Operator>> = {
  MatMul: {
    infer: (_node, { types: [a, b] }) => [{ type: a!.type, shape: productShape(a!.shape, b!.shape) }],
    gradient: (scope) => matMulGradient(scope),
  },
  Gemm: {
    infer: (node, { types: [a, b] }) => {
      const rows = a!.shape[numberAttribute(node, 'transA', 0) === 1 ? 1 : 0]!;
      const columns = b!.shape[numberAttribute(node, 'transB', 0) === 1 ? 0 : 1]!;
      if (a!.shape.length !== 2 || b!.shape.length !== 2) throw new Error('Gemm: the operands are not matrices');
      return [{ type: a!.type, shape: [rows, columns] }];
    },
    gradient: (scope) => gemmGradient(scope),
  },
};

function productShape(a: Shape, b: Shape): Shape {
  if (a.length === 0 || b.length === 0) throw new Error('MatMul: an operand is a single number');
  if (b.length === 1) return productShape(a, [...b, 1]).slice(0, -1);
  if (a.length === 1) return productShape([1, ...a], b).filter((_, axis, shape) => axis !== shape.length - 2);
  if (a.at(-1) !== b.at(-2)) throw new Error(`MatMul: [${a.join(', ')}] and [${b.join(', ')}] do not go together`);
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
}

/** Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY; a vector counts as a row on the left and as a column on the right. */
function matMulGradient({ node, builder, dy, shape, wants }: GradientScope): readonly string[] {
  const [a, b] = node.inputs as [string, string];
  const reshaped = (value: string, to: Shape): string => builder.add('Reshape', [value, builder.indices(to)]);
  const left = shape(a).length === 1 ? reshaped(a, [1, sizeOf(shape(a))]) : a;
  const right = shape(b).length === 1 ? reshaped(b, [sizeOf(shape(b)), 1]) : b;
  const whole = left === a && right === b;
  const g = whole ? dy() : reshaped(dy(), productShape(shape(left), shape(right)));
  const back = (gradient: string, from: string, to: string): string => {
    const summed = unbroadcast(builder, gradient, shape(from));
    return from === to ? summed : reshaped(summed, shape(to));
  };
  return [
    wants(0) ? back(builder.add('MatMul', [g, transposed(builder, right)]), left, a) : '',
    wants(1) ? back(builder.add('MatMul', [transposed(builder, left), g]), right, b) : '',
  ];
}

/** The last two axes exchanged. */
function transposed(builder: NodeBuilder, value: string): string {
  const rank = builder.shape(value).length;
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return builder.add('Transpose', [value], { perm });
}

/** Y = α·A′B′ + β·C: dA = α·dY·B′ᵀ, dB = α·A′ᵀ·dY, by the other transposition flag and without copies. */
function gemmGradient({ node, builder, dy, shape, wants }: GradientScope): readonly string[] {
  const [a, b, c] = node.inputs as [string, string, string | undefined];
  const alpha = numberAttribute(node, 'alpha', 1);
  const beta = numberAttribute(node, 'beta', 1);
  const transA = numberAttribute(node, 'transA', 0);
  const transB = numberAttribute(node, 'transB', 0);
  const gemm = (left: string, right: string, leftFlag: number, rightFlag: number): string =>
    builder.add('Gemm', [left, right], { alpha, transA: leftFlag, transB: rightFlag });
  const dA = (): string => (transA === 1 ? gemm(b, dy(), transB, 1) : gemm(dy(), b, 0, 1 - transB));
  const dB = (): string => (transB === 1 ? gemm(dy(), a, 1, transA) : gemm(a, dy(), 1 - transA, 0));
  const dC = (): string =>
    unbroadcast(builder, beta === 1 ? dy() : builder.add('Mul', [dy(), builder.scalar(beta)]), shape(c!));
  return [wants(0) ? dA() : '', wants(1) ? dB() : '', c !== undefined && c !== '' && wants(2) ? dC() : ''];
}
