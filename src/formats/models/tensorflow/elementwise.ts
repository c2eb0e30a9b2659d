import { floats, tensorOf } from '../../../core/graph/tensor';
import { elementTypeOf, numberOf } from './attributes';
import { input, isIntegral, numberLike, type NodeReader, type NodeScope } from './scope';

/** TensorProto.DataType for Cast. */
const CAST_TO = { float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9 } as const;

/** Operators of ONNX with the same inputs and meaning. */
const SAME: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  Add: 'Add',
  AddN: 'Sum',
  AddV2: 'Add',
  Atan: 'Atan',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Div: 'Div',
  Elu: 'Elu',
  Equal: 'Equal',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Inv: 'Reciprocal',
  IsInf: 'IsInf',
  IsNan: 'IsNaN',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Log: 'Log',
  LogicalAnd: 'And',
  LogicalNot: 'Not',
  LogicalOr: 'Or',
  LogicalXor: 'Xor',
  Maximum: 'Max',
  Minimum: 'Min',
  Mul: 'Mul',
  Neg: 'Neg',
  Pow: 'Pow',
  Prelu: 'PRelu',
  RealDiv: 'Div',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  SelectV2: 'Where',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Softsign: 'Softsign',
  Sqrt: 'Sqrt',
  Sub: 'Sub',
  Tan: 'Tan',
  Tanh: 'Tanh',
};

/** Element by element, under numpy's broadcasting. */
export const elementwise: Readonly<Record<string, NodeReader>> = {
  ...Object.fromEntries(
    Object.entries(SAME).map(([name, op]): [string, NodeReader] => [
      name,
      ({ emitter, inputs }) => emitter.add(op, inputs),
    ]),
  ),
  NotEqual: ({ emitter, inputs }) => emitter.add('Not', [emitter.add('Equal', inputs)]),
  SquaredDifference: ({ emitter, inputs }) => {
    const difference = emitter.add('Sub', inputs);
    return emitter.add('Mul', [difference, difference]);
  },
  Square: (scope) => scope.emitter.add('Mul', [input(scope, 0), input(scope, 0)]),
  Rsqrt: ({ emitter, inputs }) => emitter.add('Reciprocal', [emitter.add('Sqrt', inputs)]),
  Log1p: (scope) => scope.emitter.add('Log', [scope.emitter.add('Add', [input(scope, 0), scope.emitter.scalar(1)])]),
  Expm1: (scope) => scope.emitter.add('Sub', [scope.emitter.add('Exp', scope.inputs), scope.emitter.scalar(1)]),
  Relu6: (scope) => scope.emitter.add('Clip', [input(scope, 0), numberLike(scope, 0), numberLike(scope, 6)]),
  LeakyRelu: (scope) => leakyRelu(scope, input(scope, 0), 'alpha'),
  ClipByValue: clipByValue,
  FloorDiv: (scope) => {
    const { emitter, node } = scope;
    if (!isIntegral(scope)) return emitter.add('Floor', [emitter.add('Div', scope.inputs)]);
    const operands = scope.inputs.map((each) => emitter.add('Cast', [each], { to: CAST_TO.float32 }));
    const quotient = emitter.add('Floor', [emitter.add('Div', operands)]);
    return emitter.add('Cast', [quotient], { to: CAST_TO[elementTypeOf(node, 'T', 'int32')] });
  },
  FloorMod: floorMod,
  Mod: floorMod,
  // A vector condition chooses whole rows: it gets as many axes of size 1 as it lacks.
  Select: (scope) => {
    const { emitter } = scope;
    const [condition, x] = [input(scope, 0), input(scope, 1)];
    const own = emitter.add('Shape', [condition]);
    const missing = emitter.add('Sub', [sizeOfList(scope, emitter.add('Shape', [x])), sizeOfList(scope, own)]);
    const one = tensorOf('int64', [1], [1]);
    const ones = emitter.add('ConstantOfShape', [missing], { value: one });
    const lined = emitter.add('Reshape', [condition, emitter.add('Concat', [own, ones], { axis: 0 })]);
    return emitter.add('Where', [lined, x, input(scope, 2)]);
  },
  Cast: (scope) => {
    const from = elementTypeOf(scope.node, 'SrcT', 'float32');
    const to = elementTypeOf(scope.node, 'DstT', 'float32');
    return from === to ? input(scope, 0) : scope.emitter.add('Cast', [input(scope, 0)], { to: CAST_TO[to] });
  },
  Softmax: (scope) => scope.emitter.add('Softmax', [input(scope, 0)], { axis: -1 }),
  LogSoftmax: (scope) => scope.emitter.add('LogSoftmax', [input(scope, 0)], { axis: -1 }),
};

/** TensorFlow's slope below 0 is 0.2 unless told. */
function leakyRelu({ emitter, node }: NodeScope, x: string, attribute: string): string {
  return emitter.add('LeakyRelu', [x], { alpha: numberOf(node, attribute, 0.2) });
}

function sizeOfList({ emitter }: NodeScope, list: string): string {
  return emitter.add('Shape', [list]);
}

function clipByValue(scope: NodeScope): string {
  const { emitter } = scope;
  const [x, low, high] = [input(scope, 0), input(scope, 1), input(scope, 2)];
  const bounds = [low, high].map((name) => emitter.constantOf(name));
  if (!bounds.every((tensor) => tensor?.data.length === 1))
    return emitter.add('Min', [emitter.add('Max', [x, low]), high]);
  const single = bounds.map((tensor) => emitter.constant({ ...tensor!, shape: [] }, 'bound'));
  return emitter.add('Clip', [x, ...single]);
}

/** x − ⌊x/y⌋·y. */
function floorMod(scope: NodeScope): string {
  const { emitter } = scope;
  const [x, y] = [input(scope, 0), input(scope, 1)];
  if (isIntegral(scope)) return emitter.add('Mod', [x, y]);
  const whole = emitter.add('Floor', [emitter.add('Div', [x, y])]);
  return emitter.add('Sub', [x, emitter.add('Mul', [whole, y])]);
}

/** ELU, sigmoid and the like by the name that fused operators give them. */
export function activate(scope: NodeScope, name: string, x: string, argument: () => string): string {
  const { emitter } = scope;
  switch (name) {
    case 'Relu6':
      return emitter.add('Clip', [x, emitter.constant(floats([], [0])), emitter.constant(floats([], [6]))]);
    case 'LeakyRelu':
      return leakyRelu(scope, x, 'leakyrelu_alpha');
    case 'Prelu':
      return emitter.add('PRelu', [x, argument()]);
    case 'Elu':
    case 'Relu':
    case 'Selu':
    case 'Sigmoid':
    case 'Softplus':
    case 'Tanh':
      return emitter.add(name, [x]);
    case 'GeluExact':
      return emitter.add('Gelu', [x]);
    case 'GeluApproximate':
      return emitter.add('Gelu', [x], { approximate: 'tanh' });
    default:
      throw new Error(`the fused operation ${name.slice(0, 40)} is not known`);
  }
}
