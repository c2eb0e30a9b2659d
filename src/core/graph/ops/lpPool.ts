import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { floats, sizeOf, type Shape } from '../tensor';
import { composite } from './composite';
import { terms } from './terms';
import { windowCount, windowOf, type Window } from './window';

/** (Σ |x|ᵖ)^(1/p) over windows or all of space; p = 2 unless told. A window of zeros has derivative 0. */
export const lpPool: Readonly<Record<string, Operator>> = {
  LpPool: composite((node, builder) => [overWindows(node, builder)], {
    traits: ['channels-second'],
    infer: (node, { types: [x] }) => [
      { type: x!.type, shape: [...x!.shape.slice(0, 2), ...layout(node, x!.shape).out] },
    ],
  }),
  GlobalLpPool: composite(
    (node, builder) => {
      const axes = builder.shape(node.inputs[0]!).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
      return [root(builder, terms(builder).sum(powers(node, builder), axes), power(node))];
    },
    {
      traits: ['channels-second'],
      infer: (_node, { types: [x] }) => [{ type: x!.type, shape: x!.shape.map((size, axis) => (axis < 2 ? size : 1)) }],
    },
  ),
};

interface Layout {
  readonly kernel: readonly number[];
  readonly window: Window;
  readonly out: readonly number[];
}

function layout(node: GraphNode, shape: Shape): Layout {
  const kernel = numbersAttribute(node, 'kernel_shape') ?? [];
  const window = windowOf(node, shape.slice(2), kernel);
  return { kernel, window, out: windowCount(window, shape.slice(2), numberAttribute(node, 'ceil_mode', 0) === 1) };
}

/** As a convolution of each channel with ones. */
function overWindows(node: GraphNode, builder: DecomposingBuilder): string {
  const t = terms(builder);
  const [n, c, ...spatial] = builder.shape(node.inputs[0]!) as [number, number, ...number[]];
  const { kernel, window, out } = layout(node, builder.shape(node.inputs[0]!));
  const { strides, dilations, begin } = window;
  const span = kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1);
  const end = out.map((count, axis) => {
    const reach = (count - 1) * strides[axis]! + span[axis]! - begin[axis]! - spatial[axis]!;
    return Math.max(window.end[axis]!, reach);
  });
  const ones = builder.constant(floats([1, 1, ...kernel], new Float32Array(sizeOf(kernel)).fill(1)), 'ones');
  const pictures = t.reshape(powers(node, builder), [n * c, 1, ...spatial]);
  const sums = builder.add('Conv', [pictures, ones], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...begin, ...end],
  });
  return root(builder, t.reshape(sums, [n, c, ...out]), power(node));
}

function power(node: GraphNode): number {
  return numberAttribute(node, 'p', 2);
}

function powers(node: GraphNode, builder: DecomposingBuilder): string {
  const x = node.inputs[0]!;
  const p = power(node);
  if (p === 2) return builder.add('Mul', [x, x]);
  const size = builder.add('Abs', [x]);
  return p === 1 ? size : builder.add('Pow', [size, builder.scalar(p)]);
}

function root(builder: DecomposingBuilder, sums: string, p: number): string {
  if (p === 1) return sums;
  const positive = builder.add('Max', [sums, builder.scalar(1e-30)]);
  return p === 2 ? builder.add('Sqrt', [positive]) : builder.add('Pow', [positive, builder.scalar(1 / p)]);
}
