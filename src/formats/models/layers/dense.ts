import { floats, sizeOf, type Shape } from '../../../core/graph/tensor';
import { activate } from './activations';
import { flagAt, isJsonArray, numberAt, type JsonValue } from '../../json/json';
import { flatNumbers, integersAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import { inOrder, plainValue, valueIn, type LayerValue } from './value';

/** Products with weights, slopes, and what scales pixels. */
export const DENSE: Readonly<Record<string, LayerReader>> = {
  Dense: (scope, inputs) => {
    const x = only(inputs);
    const y = matrixProduct(scope, x.plain(), x.shape.length, 'kernel', flagAt(scope.config, 'use_bias', true));
    return activate(scope, plainValue(scope.builder, y), scope.config.activation);
  },
  PReLU: (scope, inputs) => {
    const x = only(inputs);
    const rank = x.shape.length;
    const order = x.native;
    const slope = scope.parameter(
      `alpha-${order}`,
      scope.weight('alpha', 0, rank - 1),
      order === 'plain' ? {} : { permutation: [2, 0, 1] },
    );
    return valueIn(order, scope.builder, scope.builder.add('PRelu', [inOrder(x), slope]));
  },
  Rescaling: (scope, inputs) => {
    const x = only(inputs);
    const scaled = alongLast(scope, 'Mul', x, flatNumbers(scope.config.scale ?? 1));
    return alongLast(scope, 'Add', scaled, flatNumbers(scope.config.offset ?? 0));
  },
  Normalization: (scope, inputs) => {
    const x = only(inputs);
    const { config } = scope;
    const axes = integersAt(config, 'axis') ?? (config.axis === null ? [] : [-1]);
    if (axes.some((axis) => axis !== -1 && axis !== x.shape.length - 1))
      throw new Error('it has statistics along other axes than the last');
    const numbers = (given: JsonValue | undefined, name: string, index: number): number[] =>
      given === undefined || given === null ? Array.from(scope.weight(name, index).data) : flatNumbers(given);
    const mean = numbers(config.mean, 'mean', 0);
    const deviation = numbers(config.variance, 'variance', 1).map((each) => Math.max(Math.sqrt(each), 1e-7));
    if (flagAt(config, 'invert', false)) return alongLast(scope, 'Add', alongLast(scope, 'Mul', x, deviation), mean);
    return alongLast(scope, 'Div', alongLast(scope, 'Sub', x, mean), deviation);
  },
  EinsumDense: () => {
    throw new Error('its product is not known');
  },
};

/** x·W + b over the last axis; the result has as many axes. */
function matrixProduct(
  scope: LayerScope,
  x: string,
  rank: number,
  name: string,
  withBias: boolean,
  shapes: { readonly kernel?: (shape: Shape) => Shape; readonly bias?: (shape: Shape) => Shape } = {},
): string {
  const { builder } = scope;
  const prefix = name.slice(0, name.lastIndexOf('/') + 1);
  const parameter = (weight: string, index: number, shapeOf: (shape: Shape) => Shape = (shape) => shape): string => {
    const tensor = scope.weight(weight, index);
    return scope.parameter(weight, tensor, { shape: shapeOf(tensor.shape) });
  };
  const kernel = parameter(name, 0, shapes.kernel);
  if (builder.shape(kernel).length !== 2) throw new Error(`its weights “${name}” are not a matrix`);
  const bias = withBias ? [parameter(`${prefix}bias`, 1, shapes.bias)] : [];
  if (rank === 2) return builder.add('Gemm', [x, kernel, ...bias]);
  const product = builder.add('MatMul', [x, kernel]);
  return bias.length === 0 ? product : builder.add('Add', [product, ...bias]);
}

/** x ∘ one number, or one number for each place of the last axis. */
function alongLast({ builder }: LayerScope, op: string, x: LayerValue, numbers: readonly number[]): LayerValue {
  const neutral = op === 'Mul' || op === 'Div' ? 1 : 0;
  if (numbers.every((each) => each === neutral)) return x;
  if (numbers.length !== 1 && numbers.length !== x.shape.at(-1))
    throw new Error(`it has ${numbers.length} numbers for ${x.shape.at(-1)} channels`);
  const shape = numbers.length === 1 ? [] : x.native === 'plain' ? [numbers.length] : [numbers.length, 1, 1];
  return valueIn(x.native, builder, builder.add(op, [inOrder(x), builder.constant(floats(shape, numbers))]));
}

/** Numbers in an argument of a call; `undefined` for anything else. */
export function constantNumbers(value: JsonValue): number[] | undefined {
  if (typeof value === 'number') return [value];
  return isJsonArray(value) ? flatNumbers(value) : undefined;
}

/** Softmax(q·kᵀ/√d)·v over several heads (Vaswani et al., Attention Is All You Need, §3.2.2). */
export const multiHeadAttention: LayerReader = (scope, inputs) => {
  const { builder, config, named } = scope;
  if (named.attention_mask?.kind === 'value' || named.use_causal_mask?.kind === 'value')
    throw new Error('it is masked');
  if (named.use_causal_mask?.kind === 'constant' && named.use_causal_mask.value === true)
    throw new Error('it is causal');
  if (integersAt(config, 'attention_axes')?.some((axis) => axis !== 1 && axis !== -2))
    throw new Error('its axes are not known');
  const given = (name: string): LayerValue | undefined =>
    named[name]?.kind === 'value' ? named[name].value : undefined;
  const query = given('query') ?? inputs[0];
  const value = given('value') ?? inputs[1] ?? query;
  const key = given('key') ?? inputs[2] ?? value;
  if (query?.shape.length !== 3 || value?.shape.length !== 3 || key?.shape.length !== 3)
    throw new Error('it needs sequences of vectors');
  const heads = numberAt(config, 'num_heads') ?? 0;
  const size = numberAt(config, 'key_dim') ?? 0;
  const bias = flagAt(config, 'use_bias', true);
  const project = (part: string, x: LayerValue): string => {
    const flat = matrixProduct(scope, x.plain(), 3, `${part}/kernel`, bias, {
      kernel: ([first = 0, ...rest]) => [first, sizeOf(rest)],
      bias: (shape) => [sizeOf(shape)],
    });
    const width = builder.shape(flat)[2]! / heads;
    const split = builder.add('Reshape', [flat, builder.indices([0, x.shape[1]!, heads, width])]);
    return builder.add('Transpose', [split], { perm: [0, 2, 1, 3] });
  };
  const scaled = builder.add('Mul', [project('query', query), builder.scalar(1 / Math.sqrt(size))]);
  const keys = builder.add('Transpose', [project('key', key)], { perm: [0, 1, 3, 2] });
  const weights = builder.add('Softmax', [builder.add('MatMul', [scaled, keys])], { axis: 3 });
  const mixed = builder.add('MatMul', [weights, project('value', value)]);
  const rows = builder.add('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const joined = builder.add('Reshape', [
    rows,
    builder.indices([0, query.shape[1]!, heads * builder.shape(mixed)[3]!]),
  ]);
  const output = matrixProduct(scope, joined, 3, 'attention_output/kernel', bias, {
    kernel: (shape) => [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1],
  });
  return plainValue(builder, output);
};
