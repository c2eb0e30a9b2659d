import { numberAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { tensorOf } from '../tensor';
import { unbroadcast } from './broadcast';
import { insideMask } from './masks';

/** Clip: dx = dy strictly between the bounds and 0 at them and beyond, as the derivative of ReLU6 is commonly taken. */
export const clipping: Readonly<Record<string, Operator>> = {
  Clip: {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [x!],
    evaluate: (node, [x, minimum, maximum]) => {
      const low = minimum?.data[0] ?? numberAttribute(node, 'min', -Infinity);
      const high = maximum?.data[0] ?? numberAttribute(node, 'max', Infinity);
      return [
        tensorOf(
          x!.type,
          x!.shape,
          Float64Array.from(x!.data, (value) => Math.min(high, Math.max(low, value))),
        ),
      ];
    },
    gradient: (scope) => clipGradient(scope),
  },
};

function clipGradient(scope: GradientScope): readonly string[] {
  const { node, builder, dy, constant, shape } = scope;
  const names = [node.inputs[1] ?? '', node.inputs[2] ?? ''] as const;
  const [low, high] = names.map((name) => constant(name)?.data[0]) as [number | undefined, number | undefined];
  const open = names.some((name, index) => name !== '' && [low, high][index] === undefined);
  if (!open) {
    const y = node.outputs[0]!;
    const lowest = low ?? numberAttribute(node, 'min', -Infinity);
    const highest = high ?? numberAttribute(node, 'max', Infinity);
    if (lowest === -Infinity && highest === Infinity) return [dy(), '', ''];
    return [builder.add('Mul', [dy(), insideMask(builder, y, lowest, highest)]), '', ''];
  }
  // Computed bounds: dy goes to whichever of x, minimum and maximum the output was taken from.
  const x = node.inputs[0]!;
  const isPast = (op: string, bound: string): string =>
    bound === '' ? '' : builder.add('Cast', [builder.add(op, [x, bound])], { to: 1 });
  const past = [isPast('LessOrEqual', names[0]), isPast('GreaterOrEqual', names[1])];
  const share = (mask: string): string => builder.add('Mul', [dy(), mask]);
  const outside = past.filter((mask) => mask !== '').reduce((left, right) => builder.add('Max', [left, right]));
  return [
    share(builder.add('Sub', [builder.scalar(1), outside])),
    ...past.map((mask, index) =>
      mask !== '' && scope.wants(index + 1) ? unbroadcast(builder, share(mask), shape(names[index]!)) : '',
    ),
  ];
}
