import { floats } from '../../../core/graph/tensor';
import { isJsonObject, numberAt, stringAt, type JsonObject, type JsonValue } from '../../json/json';
import type { LayerScope } from './scope';
import { axisIn, inOrder, valueIn, type LayerValue, type Order } from './value';

/** Adds an activation to a value in the graph; `order` says how its axes lie. */
type Activation = (scope: LayerScope, x: string, order: Order) => string;

/** Applies the function or layer that a configuration names (`null`: none). Throws for functions that are not known. */
export function activate(scope: LayerScope, x: LayerValue, activation: JsonValue | undefined): LayerValue {
  const name = activationName(activation);
  if (name === 'linear') return x;
  if (isJsonObject(activation) && Object.hasOwn(ACTIVATION_LAYERS, name))
    return ACTIVATION_LAYERS[name]!({ ...scope, config: (activation.config ?? {}) as JsonObject }, [x]);
  const apply = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (apply === undefined) throw new Error(`its activation “${name.slice(0, 80)}” is not known`);
  return valueIn(x.native, scope.builder, apply(scope, inOrder(x), x.native));
}

function activationName(activation: JsonValue | undefined): string {
  if (activation === undefined || activation === null) return 'linear';
  if (typeof activation === 'string') return activation;
  const config = isJsonObject(activation) ? activation.config : undefined;
  return typeof config === 'string' ? config : (stringAt(activation, 'class_name') ?? '?');
}

function simple(op: string, attributes: Readonly<Record<string, number | string>> = {}): Activation {
  return ({ builder }, x) => builder.add(op, [x], attributes);
}

/** Softmax over a Keras axis. */
function softmax(op: string, axis: number): Activation {
  return ({ builder }, x, order) => builder.add(op, [x], { axis: axisIn(order, axis, builder.shape(x).length) });
}

function clip(low: number | undefined, high: number | undefined): Activation {
  return ({ builder }, x) =>
    builder.add('Clip', [x, ...[low, high].map((bound) => (bound === undefined ? '' : builder.scalar(bound)))]);
}

const silu: Activation = ({ builder }, x) => builder.add('Mul', [x, builder.add('Sigmoid', [x])]);
/** max(0, min(1, x/6 + ½)) since Keras 3, max(0, min(1, x/5 + ½)) before. */
const hardSigmoid: Activation = ({ builder, kerasVersion }, x) =>
  builder.add('HardSigmoid', [x], { alpha: kerasVersion >= 3 ? 1 / 6 : 0.2, beta: 0.5 });

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  relu: simple('Relu'),
  relu6: clip(0, 6),
  leaky_relu: simple('LeakyRelu', { alpha: 0.2 }),
  elu: simple('Elu', { alpha: 1 }),
  selu: simple('Selu'),
  celu: simple('Celu', { alpha: 1 }),
  gelu: simple('Gelu'),
  gelu_new: simple('Gelu', { approximate: 'tanh' }),
  silu,
  swish: silu,
  sigmoid: simple('Sigmoid'),
  log_sigmoid: ({ builder }, x) => builder.add('Neg', [builder.add('Softplus', [builder.add('Neg', [x])])]),
  hard_sigmoid: hardSigmoid,
  hard_silu: simple('HardSwish'),
  hard_swish: simple('HardSwish'),
  hard_tanh: clip(-1, 1),
  softmax: softmax('Softmax', -1),
  log_softmax: softmax('LogSoftmax', -1),
  softplus: simple('Softplus'),
  softsign: simple('Softsign'),
  tanh: simple('Tanh'),
  tanh_shrink: ({ builder }, x) => builder.add('Sub', [x, builder.add('Tanh', [x])]),
  mish: simple('Mish'),
  exponential: simple('Exp'),
};

/** Is this a function of one value that layers may name. */
export function isActivation(name: string): boolean {
  return name === 'linear' || Object.hasOwn(ACTIVATIONS, name);
}

type ActivationLayer = (scope: LayerScope, inputs: readonly LayerValue[]) => LayerValue;

/** Layers that are an activation with numbers of their own. */
export const ACTIVATION_LAYERS: Readonly<Record<string, ActivationLayer>> = {
  Activation: (scope, inputs) => activate(scope, single(inputs), scope.config.activation),
  ReLU: elementwise(reluLayer),
  LeakyReLU: elementwise((scope, x) =>
    scope.builder.add('LeakyRelu', [x], {
      alpha: numberAt(scope.config, 'negative_slope') ?? numberAt(scope.config, 'alpha') ?? 0.3,
    }),
  ),
  ELU: elementwise(({ builder, config }, x) => builder.add('Elu', [x], { alpha: numberAt(config, 'alpha') ?? 1 })),
  ThresholdedReLU: elementwise(({ builder, config }, x) =>
    builder.add('ThresholdedRelu', [x], { alpha: numberAt(config, 'theta') ?? 1 }),
  ),
  Softmax: elementwise((scope, x, order) => {
    const given = scope.config.axis;
    const axis = Array.isArray(given) && given.length === 1 ? (given[0] as JsonValue) : given;
    if (Array.isArray(axis)) throw new Error('it normalises over several axes at once');
    return softmax('Softmax', typeof axis === 'number' ? axis : -1)(scope, x, order);
  }),
};

function elementwise(apply: Activation): ActivationLayer {
  return (scope, inputs) => {
    const x = single(inputs);
    return valueIn(x.native, scope.builder, apply(scope, inOrder(x), x.native));
  };
}

function single(inputs: readonly LayerValue[]): LayerValue {
  const [x] = inputs;
  if (x === undefined) throw new Error('it has no input');
  return x;
}

/** f(x) = min(maximum, x for x ≥ threshold, else slope·(x − threshold)). */
function reluLayer({ builder, config }: LayerScope, x: string): string {
  const maximum = numberAt(config, 'max_value');
  const threshold = numberAt(config, 'threshold') ?? 0;
  const slope = numberAt(config, 'negative_slope') ?? 0;
  if (threshold === 0 && slope === 0)
    return maximum === undefined
      ? builder.add('Relu', [x])
      : builder.add('Clip', [x, builder.scalar(0), builder.scalar(maximum)]);
  let y: string;
  if (threshold === 0) y = builder.add('LeakyRelu', [x], { alpha: slope });
  else {
    y = builder.add('ThresholdedRelu', [x], { alpha: threshold });
    if (slope !== 0) {
      const above = builder.add('Sub', [x, builder.constant(floats([], [threshold]))]);
      // Not as a Relu, whose derivative a variant of the model may change: the layer is none.
      const below = builder.add('Clip', [above, '', builder.scalar(0)]);
      y = builder.add('Add', [y, builder.add('Mul', [below, builder.scalar(slope)])]);
    }
  }
  return maximum === undefined ? y : builder.add('Clip', [y, '', builder.scalar(maximum)]);
}
