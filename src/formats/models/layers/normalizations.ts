import { floats, sizeOf, type Shape } from '../../../core/graph/tensor';
import { flagAt, numberAt } from '../../json/json';
import { integersAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import { axisIn, channelsFirstValue, inOrder, plainValue, valueIn, type LayerValue } from './value';

/** Normalisations in inference mode. */
export const NORMALIZATIONS: Readonly<Record<string, LayerReader>> = {
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  BatchNormalizationV2: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: (scope, inputs) => {
    const x = only(inputs);
    const { builder } = scope;
    const axes = axesOf(scope, x).map((axis) => axisIn(x.native, axis, x.shape.length));
    const name = inOrder(x);
    const squares = builder.add('ReduceSum', [builder.add('Mul', [name, name]), builder.indices(axes)], {
      keepdims: 1,
    });
    // x / max(√Σx², 10⁻¹²), in the squares what a float32 can still tell from 0.
    const norm = builder.add('Sqrt', [builder.add('Clip', [squares, builder.scalar(1e-24)])]);
    return valueIn(x.native, builder, builder.add('Div', [name, norm]));
  },
};

/** The axes that a layer's `axis` names, from 0 on; the last one unless told. */
function axesOf({ config }: LayerScope, x: LayerValue): number[] {
  const rank = x.shape.length;
  return (integersAt(config, 'axis') ?? [-1]).map((axis) => axisIn('plain', axis, rank));
}

/** Numbers that scale and shift, in the order in which the file keeps those that there are. */
function scaleAndShift(scope: LayerScope): {
  readonly gamma: boolean;
  readonly beta: boolean;
  readonly count: number;
} {
  const gamma = flagAt(scope.config, 'scale', true);
  const beta = flagAt(scope.config, 'center', true);
  return { gamma, beta, count: Number(gamma) + Number(beta) };
}

/** y = γ·(x − μ)/√(σ² + ε) + β along one axis. */
function batchNormalization(scope: LayerScope, inputs: readonly LayerValue[]): LayerValue {
  const x = only(inputs);
  const { builder } = scope;
  const [axis, ...others] = axesOf(scope, x);
  if (axis === undefined || axis === 0 || others.length > 0) throw new Error('it normalises along several axes');
  const { gamma, beta, count } = scaleAndShift(scope);
  const epsilon = numberAt(scope.config, 'epsilon') ?? 1e-3;
  const mean = scope.weight('moving_mean', count, 1);
  const variance = scope.weight('moving_variance', count + 1, 1);
  const channels = x.shape[axis]!;
  const one = (name: string, given: boolean, index: number, fallback: number): string =>
    given
      ? scope.parameter(name, scope.weight(name, index, 1))
      : scope.constant(name, () => filled([channels], fallback));
  const order = x.shape.length === 4 && axis === 3 ? 'channelsFirst' : 'plain';
  const name = order === 'plain' ? x.plain() : x.channelsFirst();
  if (order === 'channelsFirst' || axis === 1) {
    const statistics = [
      one('gamma', gamma, 0, 1),
      one('beta', beta, Number(gamma), 0),
      scope.parameter('mean', mean, { trainable: false }),
      scope.parameter('variance', variance, { trainable: false }),
    ];
    // Where the momentum is said, the batch's own statistics count while the network is trained.
    const momentum = scope.training && { momentum: numberAt(scope.config, 'momentum') ?? 0.99 };
    const attributes = { epsilon, ...momentum };
    return valueIn(order, builder, builder.add('BatchNormalization', [name, ...statistics], attributes));
  }
  if (scope.training) throw new Error(`it cannot be trained: it normalises axis ${axis} of ${x.shape.length}`);
  const shape = x.shape.map((size, each) => (each === axis ? size : 1));
  const factor = variance.data.map(
    (each, at) => (gamma ? scope.weight('gamma', 0, 1).data[at]! : 1) / Math.sqrt(each + epsilon),
  );
  const shift = mean.data.map(
    (each, at) => (beta ? scope.weight('beta', Number(gamma), 1).data[at]! : 0) - each * factor[at]!,
  );
  const scaled = builder.add('Mul', [name, scope.constant('factor', () => floats(shape, factor))]);
  return plainValue(builder, builder.add('Add', [scaled, scope.constant('shift', () => floats(shape, shift))]));
}

function filled(shape: Shape, value: number): ReturnType<typeof floats> {
  return floats(shape, new Float32Array(sizeOf(shape)).fill(value));
}

/** Over the last axes, as ONNX has it. */
function layerNormalization(scope: LayerScope, inputs: readonly LayerValue[]): LayerValue {
  const x = only(inputs);
  if (flagAt(scope.config, 'rms_scaling', false)) throw new Error('it scales by the root mean square');
  const axes = axesOf(scope, x).sort((a, b) => a - b);
  const first = x.shape.length - axes.length;
  if (axes.some((axis, at) => axis !== first + at)) throw new Error('it normalises over other axes than the last');
  const { gamma, beta } = scaleAndShift(scope);
  const shape = x.shape.slice(first);
  const scale = gamma
    ? scope.parameter('gamma', scope.weight('gamma', 0, axes.length))
    : scope.constant('gamma', () => filled(shape, 1));
  const shift = beta ? [scope.parameter('beta', scope.weight('beta', Number(gamma), axes.length))] : [];
  const y = scope.builder.add('LayerNormalization', [x.plain(), scale, ...shift], {
    axis: first,
    epsilon: numberAt(scope.config, 'epsilon') ?? 1e-3,
  });
  return plainValue(scope.builder, y);
}

/** Each group of channels of each picture by its own mean and variance, as instance normalisation of [batch, groups, rest]. */
function groupNormalization(scope: LayerScope, inputs: readonly LayerValue[]): LayerValue {
  const x = only(inputs);
  const { builder } = scope;
  const [axis, ...others] = axesOf(scope, x);
  if (x.shape.length !== 4 || others.length > 0 || (axis !== 3 && axis !== 1))
    throw new Error('it does not normalise the channels of a picture');
  const name = axis === 3 ? x.channelsFirst() : x.plain();
  const [, channels, height, width] = builder.shape(name) as [number, number, number, number];
  const asked = numberAt(scope.config, 'groups') ?? 32;
  const groups = asked === -1 ? channels : asked;
  if (!(groups > 0 && channels % groups === 0)) throw new Error(`${channels} channels do not make ${groups} groups`);
  const { gamma, beta } = scaleAndShift(scope);
  const rows = builder.add('Reshape', [name, builder.indices([0, groups, (channels / groups) * height * width])]);
  const normal = builder.add(
    'InstanceNormalization',
    [rows, scope.constant('ones', () => filled([groups], 1)), scope.constant('zeros', () => filled([groups], 0))],
    { epsilon: numberAt(scope.config, 'epsilon') ?? 1e-3 },
  );
  let y = builder.add('Reshape', [normal, builder.indices([0, channels, height, width])]);
  const along = (weight: string, index: number): string =>
    scope.parameter(weight, scope.weight(weight, index, 1), { shape: [channels, 1, 1] });
  if (gamma) y = builder.add('Mul', [y, along('gamma', 0)]);
  if (beta) y = builder.add('Add', [y, along('beta', Number(gamma))]);
  return axis === 3 ? channelsFirstValue(builder, y) : plainValue(builder, y);
}
