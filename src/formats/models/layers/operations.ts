import { floats, sizeOf } from '../../../core/graph/tensor';
import { activate, isActivation } from './activations';
import { constantNumbers } from './dense';
import { isJsonArray, isJsonObject, objectAt, stringAt, type JsonValue } from '../../json/json';
import { flipped, indexed } from './indexing';
import { commonOrder, concatenated } from './merges';
import type { Argument, LayerScope } from './scope';
import { reshaped } from './shapes';
import { axisIn, inOrder, plainValue, valueIn, type LayerValue } from './value';

const BINARY: Readonly<Record<string, string>> = {
  add: 'Add',
  subtract: 'Sub',
  sub: 'Sub',
  multiply: 'Mul',
  mul: 'Mul',
  truediv: 'Div',
  true_divide: 'Div',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
  power: 'Pow',
  pow: 'Pow',
};

const UNARY: Readonly<Record<string, string>> = {
  negative: 'Neg',
  neg: 'Neg',
  abs: 'Abs',
  absolute: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  erf: 'Erf',
};

/**
 * A plain function that a functional model calls between its layers: `math.add` (TFOpLambda), `Add` (Keras 3). Returns
 * undefined for functions that are not known.
 */
export function readOperation(scope: LayerScope, name: string): LayerValue | undefined {
  const { builder } = scope;
  const binary = Object.hasOwn(BINARY, name) ? BINARY[name] : undefined;
  if (binary !== undefined) return combine(scope, binary, operand(scope, 0, 'x', 'x1'), operand(scope, 1, 'y', 'x2'));
  if (name === 'stack') return stacked(scope);
  const argument = operand(scope, 0, 'x', 'input', 'features', 'tensor', 'input_tensor');
  if (name === 'concat' || name === 'concatenate') {
    const values = argument ?? operand(scope, 0, 'values', 'xs');
    const axis = number(operand(scope, 1, 'axis')) ?? number(scope.config.axis) ?? (name === 'concat' ? 0 : -1);
    return concatenated(scope, values === undefined ? [] : valuesOf(values), axis);
  }
  const x = argument?.kind === 'value' ? argument.value : undefined;
  if (x === undefined) return undefined;
  if (Object.hasOwn(UNARY, name)) return valueIn(x.native, builder, builder.add(UNARY[name]!, [inOrder(x)]));
  if (name === 'square') return valueIn(x.native, builder, builder.add('Mul', [inOrder(x), inOrder(x)]));
  if (name === 'gelu') {
    const approximate = constant(operand(scope, 1, 'approximate')) ?? scope.config.approximate;
    // Keras 3's ops.gelu approximates unless told, TensorFlow's does not.
    const tanh = approximate === undefined ? scope.kerasVersion >= 3 : approximate === true;
    return activate(scope, x, tanh ? 'gelu_new' : 'gelu');
  }
  if (name === 'softmax' || name === 'log_softmax') {
    const axis = number(operand(scope, 1, 'axis')) ?? number(scope.config.axis) ?? -1;
    const op = name === 'softmax' ? 'Softmax' : 'LogSoftmax';
    const attributes = { axis: axisIn(x.native, axis, x.shape.length) };
    return valueIn(x.native, builder, builder.add(op, [inOrder(x)], attributes));
  }
  const reduction = name.replace(/^(reduce_|a(?=m(ax|in)$))/, '');
  if (Object.hasOwn(REDUCTIONS, reduction)) return reduced(scope, x, REDUCTIONS[reduction]!);
  if (name === 'cast') return isFloat(constant(operand(scope, 1, 'dtype')) ?? scope.config.dtype) ? x : undefined;
  if (name === 'get_item' || name === 'getitem' || name === '_slice_helper')
    return indexed(scope, x, operand(scope, 1, 'key', 'slice_spec'));
  if (name === 'flip') {
    const axes = axesOf(scope);
    return axes && flipped(scope, x, axes);
  }
  if (name === 'clip' || name === 'clip_by_value') return clipped(scope, x);
  if (name === 'squeeze' || name === 'expand_dims') return withAxes(scope, x, name);
  if (name === 'transpose') return transposed(scope, x);
  if (name === 'reshape') {
    const sizes = constantNumbers(constant(operand(scope, 1, 'newshape', 'shape')) ?? scope.config.newshape ?? null);
    return sizes && reshaped(scope, x, sizes.slice(1));
  }
  return isActivation(name) && name !== 'leaky_relu' ? activate(scope, x, name) : undefined;
}

/** The function's name: `math.truediv`, `nn.relu` and the like by their last part, Keras 3's classes in lower case. */
export function operationName({ className, config }: Pick<LayerScope, 'className' | 'config'>): string {
  if (className === 'TFOpLambda' || className === 'SlicingOpLambda')
    return (stringAt(config, 'function') ?? '').split('.').at(-1) ?? '';
  return className.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

function operand({ positional, named }: LayerScope, index: number, ...names: readonly string[]): Argument | undefined {
  const name = names.find((each) => Object.hasOwn(named, each));
  return name === undefined ? positional[index] : named[name];
}

function constant(argument: Argument | undefined): JsonValue | undefined {
  return argument?.kind === 'constant' && argument.value !== null ? argument.value : undefined;
}

function number(value: Argument | JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const inner = isJsonObject(value) && 'kind' in value ? constant(value as Argument) : undefined;
  return typeof inner === 'number' ? inner : undefined;
}

function valuesOf(argument: Argument): LayerValue[] {
  if (argument.kind === 'value') return [argument.value];
  return argument.kind === 'list' ? argument.items.flatMap(valuesOf) : [];
}

/** Two values, or a value and a number or numbers along its last axis, by numpy's broadcasting in Keras's order. */
function combine(
  { builder }: LayerScope,
  op: string,
  left: Argument | undefined,
  right: Argument | undefined,
): LayerValue | undefined {
  const sides = [left, right];
  const values = sides.flatMap((side) => (side?.kind === 'value' ? [side.value] : []));
  const rank = Math.max(0, ...values.map(({ shape }) => shape.length));
  const order = values.every(({ shape }) => shape.length === rank) ? commonOrder(values) : 'plain';
  const names = sides.map((side) => {
    if (side?.kind === 'value') return order === 'plain' ? side.value.plain() : side.value.channelsFirst();
    const given = side && plainArgument(side);
    const numbers = given === undefined ? undefined : constantNumbers(given);
    if (given === undefined || numbers === undefined) return undefined;
    const shape = typeof given === 'number' ? [] : constantShape(given);
    if (sizeOf(shape) !== numbers.length || (shape.length > 1 && sizeOf(shape) !== shape.at(-1))) return undefined;
    const last = shape.length === 0 ? [] : order === 'plain' ? [numbers.length] : [numbers.length, 1, 1];
    return builder.constant(floats(last, numbers));
  });
  const [a, b] = names;
  return values.length === 0 || a === undefined || b === undefined
    ? undefined
    : valueIn(order, builder, builder.add(op, [a, b]));
}

/** A constant as plain JSON: Keras 3 wraps arrays. */
function plainArgument(argument: Argument): JsonValue | undefined {
  if (argument.kind === 'list') {
    const items = argument.items.map(plainArgument);
    return items.every((each) => each !== undefined) ? items : undefined;
  }
  if (argument.kind !== 'constant') return undefined;
  const wrapped = /^__(tensor|numpy)__$/.test(stringAt(argument.value, 'class_name') ?? '');
  return wrapped ? objectAt(argument.value, 'config')?.value : argument.value;
}

function constantShape(value: JsonValue): number[] {
  return isJsonArray(value) ? [value.length, ...constantShape(value[0] ?? 0)] : [];
}

const REDUCTIONS: Readonly<Record<string, string>> = {
  mean: 'ReduceMean',
  sum: 'ReduceSum',
  max: 'ReduceMax',
  min: 'ReduceMin',
};

function isFloat(dtype: JsonValue | undefined): boolean {
  return typeof dtype === 'string' && /^b?float\d+$/.test(dtype);
}

/** The axes that a function is told, none of them the batch's. */
function axesOf(scope: LayerScope, index = 1, ...names: readonly string[]): readonly number[] | undefined {
  const keys = names.length === 0 ? ['axis'] : names;
  const given = operand(scope, index, ...keys);
  const said = keys.map((key) => scope.config[key]).find((value) => value !== undefined && value !== null);
  return constantNumbers((given && plainArgument(given)) ?? said ?? null);
}

function clipped(scope: LayerScope, x: LayerValue): LayerValue | undefined {
  const bound = (index: number, ...names: readonly string[]): number | undefined =>
    number(operand(scope, index, ...names)) ??
    names.map((name) => number(scope.config[name])).find((value) => value !== undefined);
  const [low, high] = [bound(1, 'x_min', 'clip_value_min'), bound(2, 'x_max', 'clip_value_max')];
  if (low === undefined || high === undefined) return undefined;
  const { builder } = scope;
  return valueIn(x.native, builder, builder.add('Clip', [inOrder(x), builder.scalar(low), builder.scalar(high)]));
}

/** Axes of length 1 taken away or put in. */
function withAxes(scope: LayerScope, x: LayerValue, name: 'squeeze' | 'expand_dims'): LayerValue | undefined {
  const { builder } = scope;
  const isTaken = name === 'squeeze';
  const axes = axesOf(scope);
  const rank = x.shape.length + (isTaken ? 0 : (axes?.length ?? 0));
  const places = axes?.map((axis) => axisIn('plain', axis, rank));
  if (places === undefined || places.includes(0)) return undefined;
  return plainValue(builder, builder.add(isTaken ? 'Squeeze' : 'Unsqueeze', [x.plain(), builder.indices(places)]));
}

function transposed(scope: LayerScope, x: LayerValue): LayerValue | undefined {
  const order = axesOf(scope, 1, 'axes', 'perm');
  const perm = order?.map((axis) => axisIn('plain', axis, x.shape.length));
  if (perm?.[0] !== 0 || new Set(perm).size !== x.shape.length) return undefined;
  return plainValue(scope.builder, scope.builder.add('Transpose', [x.plain()], { perm }));
}

/** Values side by side along a new axis. */
function stacked(scope: LayerScope): LayerValue | undefined {
  const { builder } = scope;
  const given = operand(scope, 0, 'x', 'values');
  const values = given === undefined ? [] : valuesOf(given);
  const [first] = values;
  if (first === undefined) return undefined;
  const axis = axisIn(
    'plain',
    number(operand(scope, 1, 'axis')) ?? number(scope.config.axis) ?? 0,
    first.shape.length + 1,
  );
  if (axis === 0) return undefined;
  const place = builder.indices([axis]);
  const parts = values.map((value) => builder.add('Unsqueeze', [value.plain(), place]));
  return plainValue(builder, builder.add('Concat', parts, { axis }));
}

function reduced(scope: LayerScope, x: LayerValue, op: string): LayerValue | undefined {
  const { builder } = scope;
  const axes = axesOf(scope);
  if (axes === undefined || axes.some((axis) => axisIn('plain', axis, x.shape.length) === 0)) return undefined;
  const keep = constant(operand(scope, 2, 'keepdims')) ?? scope.config.keepdims;
  const inKeras = axes.map((axis) => axisIn('plain', axis, x.shape.length));
  const order = keep === true || x.native === 'plain' ? x.native : 'channelsFirst';
  const places = builder.indices(inKeras.map((axis) => axisIn(order, axis, x.shape.length)));
  const kept = builder.add(op, [inOrder(x), places], { keepdims: 1 });
  const value = valueIn(order, builder, kept);
  if (keep === true) return value;
  return plainValue(builder, builder.add('Squeeze', [value.plain(), builder.indices(inKeras)]));
}
