import { floats, sizeOf } from '../../../../src/core/graph/tensor';
import type { Draft, Step } from './draft';
import { signed } from './moving';

const SMOOTH = 'Sigmoid Tanh Softsign Elu Selu Celu Softplus Mish Gelu HardSwish Sin Cos Atan Erf'.split(' ');
const BENT = 'Relu LeakyRelu HardSigmoid Abs Neg Identity'.split(' ');
const REDUCTIONS =
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ReduceProd'.split(' ');

/** Steps that are functions of values, by element, along axes or of whole rows. */
export const elementwise: readonly Step[] = [
  ({ draw, builder }, x) => [builder.add(draw.pick(SMOOTH), [x])],
  (draft, x) => [draft.add(draft.draw.pick(BENT), [x], {}, true)],
  (draft, x) => [draft.add(draft.draw.pick(['Relu', 'Identity']), [x], {}, true)],
  withConstant,
  withConstant,
  (draft, x) => {
    const y = ofOneShape(draft, x);
    return [
      draft.add(draft.draw.pick(['Add', 'Sub', 'Mul', 'Max', 'Min', 'Mean', 'Sum']), draft.draw.shuffled([x, y])),
    ];
  },
  // Broadcast against what a reduction leaves of it.
  (draft, x) => {
    const rank = draft.shape(x).length;
    const axis = draft.draw.int(0, rank - 1);
    if (rank < 2 || axis === 0) return undefined;
    const mean = draft.add('ReduceMean', [x, draft.indices([axis])], { keepdims: 1 });
    return [draft.add(draft.draw.pick(['Sub', 'Add']), [x, mean])];
  },
  (draft, x) => {
    const slope = draft.draw.pick([[draft.shape(x).at(-1)!], draft.shape(x).slice(1), [1]]);
    return [draft.add('PRelu', [x, draft.floats(slope, 0.3, 0.3)])];
  },
  (draft, x) => {
    const { draw, builder } = draft;
    const bounds = draw.pick([
      [builder.scalar(-0.4), builder.scalar(0.6)],
      ['', builder.scalar(0.5)],
      [builder.scalar(-0.3)],
      [builder.scalar(0), ''],
    ]);
    return [draft.add('Clip', [x, ...bounds], {}, true)];
  },
  // Choices by what rounding cannot change.
  (draft, x) => {
    if (!draft.exact.has(x)) return undefined;
    const { draw, builder } = draft;
    const mask = builder.add(draw.pick(['Greater', 'Less', 'GreaterOrEqual']), [x, builder.scalar(0.1)]);
    const other = draw.pick([builder.scalar(0.7), draft.floats([draft.shape(x).at(-1)!])]);
    return [draft.add('Where', draw.chance(0.5) ? [mask, x, other] : [builder.add('Not', [mask]), other, x], {}, true)];
  },
  (draft, x) => {
    if (!draft.exact.has(x)) return undefined;
    const rank = draft.shape(x).length;
    const attributes = { axis: signed(draft, draft.draw.int(0, rank - 1), rank), keepdims: draft.draw.int(0, 1) };
    const at = draft.builder.add(draft.draw.pick(['ArgMax', 'ArgMin']), [x], attributes);
    return [draft.builder.add('Cast', [at], { to: 1 })];
  },
  // Rounded to 8 bits and back.
  (draft, x) => {
    if (!draft.exact.has(x)) return undefined;
    const { builder, draw } = draft;
    const channels = draft.shape(x)[1] ?? 1;
    const isPerChannel = draft.shape(x).length > 1 && draw.chance(0.5);
    const scale = builder.constant(
      isPerChannel ? floats([channels], draw.numbers(channels, 0.01, 0.03)) : floats([], [0.02]),
    );
    const zero = builder.constant({
      type: 'uint8',
      shape: isPerChannel ? [channels] : [],
      data: new Uint8Array(isPerChannel ? channels : 1).fill(120),
    });
    const levels = builder.add('QuantizeLinear', [x, scale, zero], { axis: 1 });
    return [builder.add('DequantizeLinear', [levels, scale, zero], { axis: 1 })];
  },
  reduced,
  reduced,
  (draft, x) => {
    const rank = draft.shape(x).length;
    const axis = signed(draft, draft.draw.int(0, rank - 1), rank);
    return [draft.add(draft.draw.pick(['Softmax', 'LogSoftmax']), [x], draft.draw.chance(0.2) ? {} : { axis })];
  },
  (draft, x) => [draft.add('Dropout', [x], {}, true)],
  (draft, x) => [draft.add('Cast', [x], { to: 1 }, true)],
  // The sizes of a value among its elements.
  (draft, x) => {
    const sizes = draft.builder.add('Cast', [draft.builder.add('Shape', [x])], { to: 1 });
    const mean = draft.builder.add('ReduceMean', [sizes], { keepdims: 0 });
    return [draft.builder.add('Div', [x, mean])];
  },
  dense,
  dense,
  (draft, x) => {
    const shape = draft.shape(x);
    if (shape.length < 2) return undefined;
    const size = shape.at(-1)!;
    const weight = draft.floats(
      draft.draw.chance(0.7) ? [size, 5] : [...shape.slice(0, -2).map(() => 1), size, 4],
      1.5 / Math.sqrt(size),
    );
    const product = draft.add('MatMul', [x, weight]);
    return [
      draft.draw.chance(0.6) ? draft.add('Add', [product, draft.floats([draft.shape(product).at(-1)!])]) : product,
    ];
  },
  (draft, x) => {
    const rank = draft.shape(x).length;
    const size = draft.shape(x).at(-1)!;
    if (rank < 2 || size < 2) return undefined;
    const parameters = [draft.floats([size], 1, 1), ...(draft.draw.chance(0.6) ? [draft.floats([size])] : [])];
    return [
      draft.add('LayerNormalization', [x, ...parameters], { axis: draft.draw.pick([-1, rank - 1]), epsilon: 0.1 }),
    ];
  },
];

function ofOneShape(draft: Draft, x: string): string {
  const shape = draft.shape(x).join();
  return draft.draw.pick(draft.values.filter((name) => draft.shape(name).join() === shape));
}

/** Against constants of every shape that broadcasts. */
function withConstant(draft: Draft, x: string): readonly string[] {
  const { draw } = draft;
  const own = draft.shape(x);
  const lower = own.slice(draw.int(0, own.length)).map((size) => (draw.chance(0.3) ? 1 : size));
  const shape = draw.chance(0.08) ? [1, ...own] : lower;
  const op = draw.pick(['Add', 'Mul', 'Sub', 'Div', 'Max', 'Add', 'Mul']);
  const constant = op === 'Div' ? draft.floats(shape, 0.5, 1.5) : draft.floats(shape);
  const isTurned = op !== 'Div' && draw.chance(0.4);
  return [draft.add(op, isTurned ? [constant, x] : [x, constant], {}, op === 'Max')];
}

function reduced(draft: Draft, x: string): readonly string[] | undefined {
  const { draw } = draft;
  const rank = draft.shape(x).length;
  if (rank < 2) return undefined;
  const op = draw.pick(REDUCTIONS);
  const attributes = { keepdims: draw.int(0, 1), ...(draw.chance(0.15) && { noop_with_empty_axes: 1 }) };
  const axes = draw.shuffled(
    draw.some(
      Array.from({ length: rank - 1 }, (_, axis) => axis + 1),
      0.5,
    ),
  );
  // ONNX Runtime does what the operator does before it reduces even where there is nothing to reduce.
  if (
    axes.length === 0 &&
    'noop_with_empty_axes' in attributes &&
    !['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].includes(op)
  )
    return undefined;
  if (axes.length === 0) return [draft.add(op, [x], attributes)];
  return [draft.add(op, [x, draft.indices(axes.map((axis) => signed(draft, axis, rank)))], attributes)];
}

/** A Gemm of rows, each way round, perhaps normalised as a convolution is. */
function dense(draft: Draft, x: string): readonly string[] | undefined {
  const { draw, builder } = draft;
  const shape = draft.shape(x);
  if (shape.length < 2 || sizeOf(shape) / shape[0]! > 600) return undefined;
  const rows = shape.length === 2 ? x : draft.add('Flatten', [x], { axis: 1 }, true);
  const [count, size] = draft.shape(rows) as [number, number];
  const outputs = draw.int(2, 9);
  const transB = draw.int(0, 1);
  const transA = draw.int(0, 3) === 0 ? 1 : 0;
  const left = transA === 1 ? draft.add('Transpose', [rows], { perm: [1, 0] }) : rows;
  const weight = draft.floats(transB === 1 ? [outputs, size] : [size, outputs], 1.5 / Math.sqrt(size));
  const bias = draw.pick([
    [],
    [''],
    [draft.floats([outputs])],
    [draft.floats([1, outputs])],
    [builder.scalar(0.3)],
    [draft.floats([count, outputs])],
  ]);
  const product = draft.add('Gemm', [left, weight, ...bias], {
    transA,
    transB,
    ...(draw.chance(0.3) && { alpha: 0.5 }),
    ...(draw.chance(0.3) && { beta: 2 }),
  });
  if (!draw.chance(0.3)) return [product];
  const each = [outputs];
  const statistics = [
    draft.floats(each, 1, 0.3),
    draft.floats(each),
    draft.floats(each, 0.5),
    draft.floats(each, 0.7, 1.2),
  ];
  return [draft.add('BatchNormalization', [product, ...statistics], { epsilon: 1e-3 })];
}
