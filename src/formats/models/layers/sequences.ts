import { flagAt, numberAt, stringAt } from '../../json/json';
import { activate } from './activations';
import { perAxisAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import { channelsFirstValue, plainValue, type LayerValue } from './value';
import { isChannelsFirst, windowAttributes } from './window';

/** Convolutions and poolings along sequences [batch, steps, channels], as ones over pictures of one row. */
export const SEQUENCES: Readonly<Record<string, LayerReader>> = {
  Conv1D: (scope, inputs) => {
    const kernel = scope.weight('kernel', 0, 3);
    const [size, channels, filters] = kernel.shape as [number, number, number];
    const weight = scope.parameter('kernel', kernel, { permutation: [2, 1, 0], shape: [filters, channels, 1, size] });
    const bias = flagAt(scope.config, 'use_bias', true) ? [scope.parameter('bias', scope.weight('bias', 1, 1))] : [];
    const { x, inner } = rowOf(scope, only(inputs), size);
    const y = scope.builder.add('Conv', [x, weight, ...bias], {
      ...windowAttributes(inner, x, [1, size], perAxisAt(scope.config, 'strides', [1, 1])),
      group: numberAt(scope.config, 'groups') ?? 1,
    });
    return activate(scope, sequenceOf(scope, y), scope.config.activation);
  },
  MaxPooling1D: pooling('MaxPool', {}),
  MaxPool1D: pooling('MaxPool', {}),
  AveragePooling1D: pooling('AveragePool', { count_include_pad: 0 }),
  AvgPool1D: pooling('AveragePool', { count_include_pad: 0 }),
};

function pooling(op: string, more: Readonly<Record<string, number>>): LayerReader {
  return (scope, inputs) => {
    const [size = 2] = perAxisAt(scope.config, 'pool_size', [2]);
    const [stride = size] = perAxisAt(scope.config, 'strides', [size]);
    const { x, inner } = rowOf(scope, only(inputs), size);
    const window = windowAttributes(inner, x, [1, size], [1, stride]);
    return sequenceOf(scope, scope.builder.add(op, [x], { ...window, ...more }));
  };
}

/** A sequence as [batch, channels, 1, steps], padded in front where the layer sees the past alone (`causal`), and what is left to pad. */
function rowOf(
  scope: LayerScope,
  sequence: LayerValue,
  size: number,
): { readonly x: string; readonly inner: LayerScope } {
  if (sequence.shape.length !== 3)
    throw new Error(`it takes sequences of vectors, not values of ${sequence.shape.length} axes`);
  const { builder } = scope;
  const axis = builder.indices([isChannelsFirst(scope) ? 2 : 1]);
  const row = plainValue(builder, builder.add('Unsqueeze', [sequence.plain(), axis]));
  const x = isChannelsFirst(scope) ? row.plain() : row.channelsFirst();
  if (stringAt(scope.config, 'padding')?.toLowerCase() !== 'causal') return { x, inner: scope };
  const [dilation = 1] = perAxisAt(scope.config, 'dilation_rate', [1]);
  const pads = builder.indices([0, 0, 0, dilation * (size - 1), 0, 0, 0, 0]);
  return { x: builder.add('Pad', [x, pads]), inner: { ...scope, config: { ...scope.config, padding: 'valid' } } };
}

function sequenceOf(scope: LayerScope, row: string): LayerValue {
  const { builder } = scope;
  const isFirst = isChannelsFirst(scope);
  const plain = isFirst ? row : channelsFirstValue(builder, row).plain();
  return plainValue(builder, builder.add('Squeeze', [plain, builder.indices([isFirst ? 2 : 1])]));
}
