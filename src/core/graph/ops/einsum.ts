import { textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import type { Shape } from '../tensor';
import { expandTo } from './broadcast';

/**
 * Sums of products over named axes. The derivative with respect to one operand is the sum of products of dy and the others with
 * the same names, repeated along axes that only that operand has.
 */
export const einsum: Readonly<Record<string, Operator>> = {
  Einsum: {
    infer: (node, { types }) => {
      const { operands, output } = parse(
        node,
        types.map((type) => type!.shape),
      );
      const sizes = sizesOf(
        operands,
        types.map((type) => type!.shape),
      );
      return [{ type: types[0]!.type, shape: Array.from(output).map((label) => sizes.get(label)!) }];
    },
    gradient: (scope) => scope.node.inputs.map((_, index) => (scope.wants(index) ? operandGradient(scope, index) : '')),
  },
};

interface Equation {
  readonly operands: readonly string[];
  readonly output: string;
}

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The equation with the axes under an ellipsis named by letters that it does not use, aligned from the right. */
function parse(node: GraphNode, shapes: readonly Shape[]): Equation {
  const text = textAttribute(node, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = text.split('->');
  const terms = left.split(',');
  if (terms.length !== shapes.length) throw new Error(`Einsum: ${text} does not have ${shapes.length} operands`);
  const spare = Array.from(CAPITALS + CAPITALS.toLowerCase()).filter((letter) => !text.includes(letter));
  const hidden = terms.map((term, index) => (term.includes('...') ? shapes[index]!.length - (term.length - 3) : 0));
  const names = spare.slice(0, Math.max(0, ...hidden));
  const named = (term: string, count: number): string =>
    term.replace('...', names.slice(names.length - count).join(''));
  const operands = terms.map((term, index) => named(term, hidden[index]!));
  operands.forEach((labels, index) => {
    if (labels.length !== shapes[index]!.length) throw new Error(`Einsum: ${text} does not fit operand ${index}`);
  });
  if (right !== undefined) return { operands, output: named(right, names.length) };
  // Without an arrow: the ellipsis, then every label that occurs once, in alphabetical order.
  const all = terms.join('').replaceAll('.', '');
  const once = [...new Set(all)].filter((label) => all.split(label).length === 2).sort();
  return { operands, output: names.join('') + once.join('') };
}

function sizesOf(operands: readonly string[], shapes: readonly Shape[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((labels, index) =>
    Array.from(labels).forEach((label, axis) => {
      const size = shapes[index]![axis]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && size !== 1 && known !== size)
        throw new Error(`Einsum: sizes ${known} and ${size} of one axis`);
      sizes.set(label, Math.max(known, size));
    }),
  );
  return sizes;
}

function operandGradient({ node, builder, dy, shape }: GradientScope, index: number): string {
  const shapes = node.inputs.map((name) => shape(name));
  const { operands, output } = parse(node, shapes);
  const own = operands[index]!;
  const sizes = sizesOf(operands, shapes);
  if (new Set(own).size !== own.length) throw new Error('Einsum: a diagonal cannot be differentiated through');
  const others = operands.filter((_, each) => each !== index);
  const names = node.inputs.filter((_, each) => each !== index);
  const reached = new Set([output, ...others].join(''));
  // A size of 1 that is broadcast is summed over and put back.
  const kept = Array.from(own).filter((label, axis) => reached.has(label) && shapes[index]![axis] === sizes.get(label));
  const equation = `${[output, ...others].join(',')}->${kept.join('')}`;
  const summed = builder.add('Einsum', [dy(), ...names], { equation });
  const lined = Array.from(own).map((label, axis) => (kept.includes(label) ? shapes[index]![axis]! : 1));
  const ranked = kept.length === own.length ? summed : builder.add('Reshape', [summed, builder.indices(lined)]);
  return expandTo(builder, ranked, shapes[index]!);
}
