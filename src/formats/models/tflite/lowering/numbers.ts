import { sizeOf } from '../../../../core/graph/tensor';
import {
  activated,
  axisOf,
  clipped,
  input,
  isGiven,
  numbers,
  onChannelsFirst,
  turned,
  type OperatorReader,
  type OperatorScope,
} from './scope';

const UNARY: Readonly<Record<string, string>> = {
  NEG: 'Neg',
  ABS: 'Abs',
  EXP: 'Exp',
  LOG: 'Log',
  SQRT: 'Sqrt',
  SIN: 'Sin',
  COS: 'Cos',
  FLOOR: 'Floor',
  CEIL: 'Ceil',
  SIGN: 'Sign',
  RELU: 'Relu',
  ELU: 'Elu',
  TANH: 'Tanh',
  LOGISTIC: 'Sigmoid',
  HARD_SWISH: 'HardSwish',
  // What is read already are the real numbers.
  QUANTIZE: 'Identity',
  DEQUANTIZE: 'Identity',
};

/** With the place of the fused activation among their options; undefined: they have none. */
const BINARY: Readonly<Record<string, readonly [op: string, activation: number | undefined]>> = {
  ADD: ['Add', 0],
  SUB: ['Sub', 0],
  MUL: ['Mul', 0],
  DIV: ['Div', 0],
  MAXIMUM: ['Max', undefined],
  MINIMUM: ['Min', undefined],
  POW: ['Pow', undefined],
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  MEAN: 'ReduceMean',
  SUM: 'ReduceSum',
  REDUCE_MAX: 'ReduceMax',
  REDUCE_MIN: 'ReduceMin',
  REDUCE_PROD: 'ReduceProd',
};

const mapped = <From>(table: Readonly<Record<string, From>>, make: (from: From) => OperatorReader) =>
  Object.fromEntries(Object.entries(table).map(([name, from]) => [name, make(from)] as const));

/** Arithmetic, activations, products and reductions. */
export const NUMBERS: Readonly<Record<string, OperatorReader>> = {
  ...mapped(UNARY, (op) => (scope) => scope.builder.add(op, [input(scope, 0)])),
  ...mapped(BINARY, ([op, activation]) => (scope) => {
    const y = scope.builder.add(op, [input(scope, 0), input(scope, 1)]);
    return activation === undefined ? y : activated(scope, y, scope.options?.int8(activation) ?? 0);
  }),
  ...mapped(REDUCTIONS, (op) => (scope) => {
    const x = input(scope, 0);
    const axes = numbers(scope, 1).map((axis) => axisOf(axis, scope.builder.shape(x).length));
    const keepdims = scope.options?.flag(0) === true ? 1 : 0;
    return scope.builder.add(op, [x, scope.builder.indices(axes)], { keepdims });
  }),
  RELU6: (scope) => clipped(scope.builder, input(scope, 0), 0, 6),
  RELU_N1_TO_1: (scope) => clipped(scope.builder, input(scope, 0), -1, 1),
  RELU_0_TO_1: (scope) => clipped(scope.builder, input(scope, 0), 0, 1),
  LEAKY_RELU: (scope) => scope.builder.add('LeakyRelu', [input(scope, 0)], { alpha: scope.options?.float32(0) ?? 0 }),
  PRELU: (scope) => scope.builder.add('PRelu', [input(scope, 0), input(scope, 1)]),
  GELU: (scope) =>
    scope.builder.add('Gelu', [input(scope, 0)], scope.options?.flag(0) === true ? { approximate: 'tanh' } : {}),
  RSQRT: ({ builder, inputs }) => builder.add('Reciprocal', [builder.add('Sqrt', inputs.slice(0, 1))]),
  SQUARE: (scope) => scope.builder.add('Mul', [input(scope, 0), input(scope, 0)]),
  SQUARED_DIFFERENCE: ({ builder, inputs }) => {
    const difference = builder.add('Sub', inputs.slice(0, 2));
    return builder.add('Mul', [difference, difference]);
  },
  ADD_N: ({ builder, inputs }) => builder.add('Sum', inputs),
  SOFTMAX: (scope) => {
    const { builder, options } = scope;
    const beta = options?.float32(0) ?? 1;
    const x = beta === 1 ? input(scope, 0) : builder.add('Mul', [input(scope, 0), builder.scalar(beta)]);
    return builder.add('Softmax', [x], { axis: -1 });
  },
  LOG_SOFTMAX: (scope) => scope.builder.add('LogSoftmax', [input(scope, 0)], { axis: -1 }),
  L2_NORMALIZATION: (scope) => {
    const { builder, options } = scope;
    const x = input(scope, 0);
    const squares = builder.add('ReduceSum', [builder.add('Mul', [x, x]), builder.indices([-1])], { keepdims: 1 });
    const norm = builder.add('Sqrt', [builder.add('Clip', [squares, builder.scalar(1e-12)])]);
    return activated(scope, builder.add('Div', [x, norm]), options?.int8(0) ?? 0);
  },
  // TensorFlow's radius and α are of a sum, ONNX's size and α of a mean.
  LOCAL_RESPONSE_NORMALIZATION: (scope) => {
    const { options } = scope;
    const size = 2 * (options?.int32(0) ?? 0) + 1;
    const attributes = {
      size,
      bias: options?.float32(1) ?? 0,
      alpha: (options?.float32(2) ?? 0) * size,
      beta: options?.float32(3) ?? 0,
    };
    return onChannelsFirst(scope, input(scope, 0), (x) => scope.builder.add('LRN', [x], attributes));
  },
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: (scope) => {
    const side = (index: number): string => {
      const x = input(scope, index);
      if (scope.options?.flag(index) !== true) return x;
      const axes = scope.builder.shape(x).map((_, axis) => axis);
      return scope.builder.add('Transpose', [x], { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
    };
    return scope.builder.add('MatMul', [side(0), side(1)]);
  },
};

/** x·Wᵀ + b over the last axis, or over all but the batch as if they were one; W is [out, in]. */
function fullyConnected(scope: OperatorScope): string {
  const { builder, options } = scope;
  if ((options?.int8(1) ?? 0) !== 0) throw new Error('its weights are shuffled');
  const isConstant = builder.constantOf(input(scope, 1)) !== undefined;
  const weights = isConstant ? turned(scope, 1, [1, 0]) : builder.add('Transpose', [input(scope, 1)], { perm: [1, 0] });
  const [count] = builder.shape(weights);
  let x = input(scope, 0);
  const shape = builder.shape(x);
  if (shape.length !== 2 && options?.flag(2) !== true)
    x =
      sizeOf(shape.slice(1)) === count
        ? builder.add('Flatten', [x], { axis: 1 })
        : builder.add('Reshape', [x, builder.indices([-1, count!])]);
  const product = builder.add('MatMul', [x, weights]);
  const y = isGiven(scope, 2) ? builder.add('Add', [product, input(scope, 2)]) : product;
  return activated(scope, y, options?.int8(0) ?? 0);
}
