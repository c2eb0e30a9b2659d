import { sizeOf } from '../../../../src/core/graph/tensor';
import type { Draft, Step } from './draft';

/** Steps that move, join, cut and repeat elements. */
export const moving: readonly Step[] = [
  transposed,
  transposed,
  transposed,
  // There and, often, back again.
  (draft, x) => {
    const perm = permutation(draft, draft.shape(x).length);
    const there = draft.add('Transpose', [x], { perm }, true);
    const inner = draft.add(draft.draw.pick(['Relu', 'Neg', 'Abs']), [there], {}, true);
    const back = draft.draw.chance(0.7) ? perm.map((_, axis) => perm.indexOf(axis)) : permutation(draft, perm.length);
    return [draft.add('Transpose', [inner], { perm: back }, true)];
  },
  (draft, x) => {
    const shape = draft.shape(x);
    const sizes = draft.draw.pick([
      [shape[0]!, -1],
      [0, -1],
      [...draft.draw.shuffled(shape)],
      [0, ...shape.slice(1, -1), 1, shape.at(-1)!],
      [-1],
    ]);
    return [draft.add('Reshape', [x, draft.indices(sizes)], {}, true)];
  },
  (draft, x) => [draft.add('Flatten', [x], { axis: draft.draw.int(0, draft.shape(x).length) }, true)],
  (draft, x) => {
    const { draw } = draft;
    const axis = draw.int(0, draft.shape(x).length);
    const longer = draft.add(
      'Unsqueeze',
      [x, draft.indices([signed(draft, axis, draft.shape(x).length + 1)])],
      {},
      true,
    );
    const shape = draft.shape(longer);
    const ones = shape.flatMap((size, at) => (size === 1 ? [at] : []));
    if (shape.length < 5 && draw.chance(0.5)) return [longer];
    if (draw.chance(0.2)) return [draft.add('Squeeze', [longer], {}, true)];
    return [draft.add('Squeeze', [longer, draft.indices([signed(draft, draw.pick(ones), shape.length)])], {}, true)];
  },
  // The same value twice, values of one shape, constants.
  (draft, x) => {
    const { draw } = draft;
    const shape = draft.shape(x);
    const axis = draw.int(0, shape.length - 1);
    const same = draft.values.filter((name) => draft.shape(name).join() === shape.join());
    const others = [
      draw.pick(same),
      ...(draw.chance(0.3) ? [draft.floats(shape.map((size, at) => (at === axis ? 1 : size)))] : []),
    ];
    return [draft.add('Concat', draw.shuffled([x, ...others]), { axis: signed(draft, axis, shape.length) }, true)];
  },
  (draft, x) => {
    const { draw } = draft;
    const shape = draft.shape(x);
    const axis = draw.int(0, shape.length - 1);
    const size = shape[axis]!;
    if (size < 2) return undefined;
    const attributes = { axis: signed(draft, axis, shape.length) };
    if (size % 2 === 0 && draw.chance(0.4))
      return draft.addMany('Split', [x], 2, { ...attributes, num_outputs: 2 }, true);
    const first = draw.int(1, size - 1);
    return draft.addMany('Split', [x, draft.indices([first, size - first])], 2, attributes, true);
  },
  sliced,
  padded,
  (draft, x) => {
    const { draw } = draft;
    const shape = draft.shape(x);
    const axis = draw.int(0, shape.length - 1);
    const list = Array.from({ length: draw.int(1, 4) }, () => draw.int(-shape[axis]!, shape[axis]! - 1));
    const attributes = { axis: signed(draft, axis, shape.length) };
    if (draw.chance(0.2) && shape.length > 1)
      return [
        draft.add(
          'Gather',
          [x, draft.builder.constant({ type: 'int64', shape: [], data: Float64Array.of(list[0]!) })],
          attributes,
          true,
        ),
      ];
    return [draft.add('Gather', [x, draft.indices(list)], attributes, true)];
  },
  (draft, x) => {
    const shape = draft.shape(x);
    if (draft.draw.chance(0.5))
      return [
        draft.add('Tile', [x, draft.indices(shape.map((_, axis) => (axis > 0 ? draft.draw.int(1, 2) : 1)))], {}, true),
      ];
    return [
      draft.add(
        'Expand',
        [x, draft.indices(shape.map((size, axis) => (axis > 0 && size === 1 ? draft.draw.int(1, 3) : size)))],
        {},
        true,
      ),
    ];
  },
];

/** An axis, counted from the end now and then. */
export function signed({ draw }: Draft, axis: number, rank: number): number {
  return draw.chance(0.4) ? axis - rank : axis;
}

function permutation({ draw }: Draft, rank: number): readonly number[] {
  if (rank === 4 && draw.chance(0.6))
    return draw.pick([
      [0, 2, 3, 1],
      [0, 3, 1, 2],
      [0, 1, 3, 2],
    ]);
  return draw.shuffled(Array.from({ length: rank }, (_, axis) => axis));
}

function transposed(draft: Draft, x: string): readonly string[] {
  if (draft.draw.chance(0.1)) return [draft.add('Transpose', [x], {}, true)];
  return [draft.add('Transpose', [x], { perm: permutation(draft, draft.shape(x).length) }, true)];
}

function sliced(draft: Draft, x: string): readonly string[] | undefined {
  const { draw } = draft;
  const shape = draft.shape(x);
  // Without a list of axes they are the first ones.
  const isFirst = draw.chance(0.3);
  const chosen = isFirst
    ? shape.map((_, axis) => axis).slice(0, draw.int(1, shape.length))
    : draw.shuffled(
        draw.some(
          shape.map((_, axis) => axis),
          0.5,
        ),
      );
  if (chosen.length === 0) return undefined;
  const ranges = chosen.map((axis) => {
    const size = shape[axis]!;
    if (draw.chance(0.3)) return { start: -1, end: -size - 5, step: -draw.int(1, 2) };
    const start = draw.int(0, size - 1);
    const end = draw.pick([size, size + 4, start + 1, 2 ** 63]);
    return { start: draw.chance(0.3) ? start - size : start, end, step: draw.int(1, 2) };
  });
  const [starts, ends, steps] = (['start', 'end', 'step'] as const).map((key) =>
    draft.indices(ranges.map((each) => each[key])),
  );
  const axes = isFirst ? '' : draft.indices(chosen.map((axis) => signed(draft, axis, shape.length)));
  const isPlain = ranges.every(({ step }) => step === 1);
  if (isPlain && draw.chance(0.5))
    return [draft.add('Slice', [x, starts!, ends!, ...(axes === '' ? [] : [axes])], {}, true)];
  return [draft.add('Slice', [x, starts!, ends!, axes, steps!], {}, true)];
}

function padded(draft: Draft, x: string): readonly string[] | undefined {
  const { draw } = draft;
  const shape = draft.shape(x);
  const mode = draw.pick(['constant', 'constant', 'reflect', 'edge']);
  if (mode === 'reflect' && shape.some((size) => size < 3)) return undefined;
  const some = draw.chance(0.3)
    ? draw.shuffled(
        draw.some(
          shape.map((_, axis) => axis),
          0.6,
        ),
      )
    : undefined;
  if (some?.length === 0) return undefined;
  const axes = some ?? shape.map((_, axis) => axis);
  const pads = [0, 1].flatMap(() =>
    axes.map((axis) => (axis === 0 ? 0 : draw.int(mode === 'constant' && shape[axis]! > 1 ? -1 : 0, 2))),
  );
  const after = axes.map((axis, at) => shape[axis]! + pads[at]! + pads[at + axes.length]!);
  if (after.some((size) => size < 1)) return undefined;
  const rest =
    some === undefined
      ? draw.chance(0.5)
        ? [draft.builder.scalar(0.5)]
        : []
      : [
          draw.pick(['', draft.builder.scalar(-0.25)]),
          draft.indices(some.map((axis) => signed(draft, axis, shape.length))),
        ];
  return [
    draft.add(
      'Pad',
      [x, draft.indices(pads), ...(mode === 'constant' || some !== undefined ? rest : [])],
      { mode },
      true,
    ),
  ];
}

/** Far more elements than are needed to tell values apart, or none, or no axis that a step could go along. */
export function isUnfit(draft: Draft, value: string): boolean {
  const shape = draft.shape(value);
  return sizeOf(shape) > 6000 || sizeOf(shape) === 0 || shape.length > 6 || shape.length === 0;
}
