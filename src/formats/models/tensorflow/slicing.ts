import { numberOf, textOf } from './attributes';
import { constantInput, input, int64List, numberInput, numbersInput, type NodeReader, type NodeScope } from './scope';
import { stridedSlice } from './stridedSlice';

/** As far as an axis goes, in either direction. */
const END = 2 ** 31 - 1;

/** Operators that take pieces apart and put them together. */
export const slicing: Readonly<Record<string, NodeReader>> = {
  Concat: (scope) => scope.emitter.add('Concat', scope.inputs.slice(1), { axis: numberInput(scope, 0) }),
  ConcatV2: (scope) => {
    const last = scope.inputs.length - 1;
    return scope.emitter.add('Concat', scope.inputs.slice(0, last), { axis: numberInput(scope, last) });
  },
  Split: (scope) => {
    const { node, emitter } = scope;
    const count = numberOf(node, 'num_split', scope.outputs);
    if (!(count >= 1 && count <= 65_536)) throw new Error(`it cannot make ${count} outputs`);
    const axis = numberInput(scope, 0);
    return emitter.addMany('Split', [input(scope, 1)], count, { axis, num_outputs: count });
  },
  SplitV: (scope) => {
    const { emitter } = scope;
    const x = input(scope, 0);
    const [sizes, axis] = [numbersInput(scope, 1), numberInput(scope, 2)];
    const open = sizes.indexOf(-1);
    if (open < 0) return emitter.addMany('Split', [x, emitter.integers(sizes)], sizes.length, { axis });
    // Sizes before the open one are counted from the start, those behind it from the end.
    const sum = (list: readonly number[]): number => list.reduce((total, size) => total + size, 0);
    return sizes.map((_, index) => {
      const start = index <= open ? sum(sizes.slice(0, index)) : -sum(sizes.slice(index));
      const rest = index < open ? sum(sizes.slice(0, index + 1)) : -sum(sizes.slice(index + 1));
      const end = rest === 0 ? END : rest;
      return emitter.add('Slice', [x, ...[[start], [end], [axis]].map((list) => emitter.integers(list))]);
    });
  },
  Slice: (scope) => {
    const { emitter } = scope;
    const [begin, size] = [1, 2].map((index) => emitter.constantOf(input(scope, index)));
    if (begin === undefined || size === undefined) {
      const starts = int64List(scope, 1);
      return emitter.add('Slice', [input(scope, 0), starts, emitter.add('Add', [starts, int64List(scope, 2)])]);
    }
    const ends = Array.from(begin.data, (start, axis) => (size.data[axis] === -1 ? END : start + size.data[axis]!));
    return emitter.add('Slice', [input(scope, 0), int64List(scope, 1), emitter.integers(ends)]);
  },
  StridedSlice: stridedSlice,
  ReverseV2: (scope) => {
    const { emitter } = scope;
    const axes = numbersInput(scope, 1);
    return axes.length === 0 ? input(scope, 0) : emitter.add('Slice', [input(scope, 0), ...reversing(scope, axes)]);
  },
  Pad: (scope) => padded(scope, 'constant'),
  PadV2: (scope) => padded(scope, 'constant'),
  MirrorPad: (scope) => {
    const mode = textOf(scope.node, 'mode', 'REFLECT');
    return mode === 'SYMMETRIC' ? symmetricallyPadded(scope) : padded(scope, 'reflect');
  },
  GatherV2: (scope) => {
    if (numberOf(scope.node, 'batch_dims', 0) !== 0) throw new Error('batch dimensions are not supported');
    return gathered(scope, numberInput(scope, 2));
  },
  Gather: (scope) => gathered(scope, 0),
  GatherNd: (scope) =>
    scope.emitter.add('GatherND', [input(scope, 0), scope.emitter.add('Cast', [input(scope, 1)], { to: 7 })]),
};

function gathered(scope: NodeScope, axis: number): string {
  return scope.emitter.add('Gather', [input(scope, 0), input(scope, 1)], { axis });
}

function reversing({ emitter }: NodeScope, axes: readonly number[]): readonly string[] {
  const lists = [axes.map(() => -1), axes.map(() => -END), axes, axes.map(() => -1)];
  return lists.map((list) => emitter.integers(list));
}

/** [before, after] for each axis. */
function paddings(scope: NodeScope): readonly (readonly [number, number])[] {
  const { shape, data } = constantInput(scope, 1);
  if (shape.length !== 2 || shape[1] !== 2) throw new Error('its paddings are no pairs');
  return Array.from({ length: shape[0]! }, (_, axis) => [data[2 * axis]!, data[2 * axis + 1]!] as const);
}

function padded(scope: NodeScope, mode: string): string {
  const { emitter } = scope;
  const pairs = paddings(scope);
  const pads = emitter.integers([...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)]);
  const fill = scope.inputs.length > 2 ? [input(scope, 2)] : [];
  return emitter.add('Pad', [input(scope, 0), pads, ...fill], { mode });
}

/** The edge element is repeated too, which ONNX has no mode for: reversed ends are joined on. */
function symmetricallyPadded(scope: NodeScope): string {
  const { emitter } = scope;
  return paddings(scope).reduce(
    (x, [before, after], axis) => {
      if (before === 0 && after === 0) return x;
      const piece = (start: number, end: number): string =>
        emitter.add('Slice', [x, ...[[start], [end], [axis], [-1]].map((list) => emitter.integers(list))]);
      const near = before > 0 ? [piece(before - 1, -END)] : [];
      const far = after > 0 ? [piece(-1, -1 - after)] : [];
      return emitter.add('Concat', [...near, x, ...far], { axis });
    },
    input(scope, 0),
  );
}
