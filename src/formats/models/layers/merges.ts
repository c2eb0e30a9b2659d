import { flagAt, numberAt } from '../../json/json';
import { integersAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import { axisIn, inOrder, plainValue, valueIn, type LayerValue, type Order } from './value';

/** Layers of several inputs. */
export const MERGES: Readonly<Record<string, LayerReader>> = {
  Add: merge('Add'),
  Subtract: merge('Sub'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: (scope, inputs) => {
    const sum = merged(scope, 'Add', inputs);
    const { builder } = scope;
    return valueIn(sum.native, builder, builder.add('Mul', [inOrder(sum), builder.scalar(1 / inputs.length)]));
  },
  Concatenate: (scope, inputs) => concatenated(scope, inputs, numberAt(scope.config, 'axis') ?? -1),
  Dot: (scope, inputs) => {
    const [a, b] = inputs;
    const axes = integersAt(scope.config, 'axes') ?? [];
    if (a === undefined || b === undefined || inputs.length !== 2 || a.shape.length !== 2 || b.shape.length !== 2)
      throw new Error('only products of two vectors are known');
    if (axes.some((axis) => axis !== 1 && axis !== -1)) throw new Error('its axes are not known');
    const sides = flagAt(scope.config, 'normalize', false)
      ? [a, b].map((x) => normalized(scope, x.plain()))
      : [a.plain(), b.plain()];
    const { builder } = scope;
    const product = builder.add('Mul', sides);
    return plainValue(builder, builder.add('ReduceSum', [product, builder.indices([1])], { keepdims: 1 }));
  },
};

function normalized({ builder }: LayerScope, x: string): string {
  const squares = builder.add('ReduceSum', [builder.add('Mul', [x, x]), builder.indices([1])], { keepdims: 1 });
  return builder.add('Div', [x, builder.add('Sqrt', [builder.add('Clip', [squares, builder.scalar(1e-24)])])]);
}

function merge(op: string): LayerReader {
  return (scope, inputs) => merged(scope, op, inputs);
}

function merged(scope: LayerScope, op: string, inputs: readonly LayerValue[]): LayerValue {
  if (op === 'Sub' && inputs.length !== 2) throw new Error(`it has ${inputs.length} inputs instead of two`);
  if (inputs.length < 2) return only(inputs);
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const order = commonOrder(inputs);
  // Keras gives operands of fewer axes new ones behind the batch.
  const operands = inputs.map((x) => {
    if (x.shape.length === rank) return order === 'plain' ? x.plain() : x.channelsFirst();
    const axes = scope.builder.indices(Array.from({ length: rank - x.shape.length }, (_, axis) => axis + 1));
    return scope.builder.add('Unsqueeze', [x.plain(), axes]);
  });
  const y = operands.reduce((left, right) => scope.builder.add(op, [left, right]));
  return valueIn(order, scope.builder, y);
}

/** Channels first if all are pictures and most of them lie that way. */
export function commonOrder(inputs: readonly LayerValue[]): Order {
  if (inputs.some(({ shape }) => shape.length !== 4)) return 'plain';
  const first = inputs.filter(({ native }) => native === 'channelsFirst').length;
  return first * 2 >= inputs.length ? 'channelsFirst' : 'plain';
}

export function concatenated({ builder }: LayerScope, inputs: readonly LayerValue[], axis: number): LayerValue {
  const [first] = inputs;
  if (first === undefined) throw new Error('it has no inputs');
  if (inputs.length === 1) return first;
  const rank = first.shape.length;
  if (inputs.some(({ shape }) => shape.length !== rank)) throw new Error('its inputs differ in their number of axes');
  const order = commonOrder(inputs);
  const names = inputs.map((x) => (order === 'plain' ? x.plain() : x.channelsFirst()));
  return valueIn(order, builder, builder.add('Concat', names, { axis: axisIn(order, axis, rank) }));
}
