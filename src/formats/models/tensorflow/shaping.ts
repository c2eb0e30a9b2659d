import { integers, tensorOf } from '../../../core/graph/tensor';
import { elementTypeOf, integersOf, numberOf } from './attributes';
import { input, int64List, numberInput, numberLike, numbersInput, type NodeReader, type NodeScope } from './scope';

const passing: NodeReader = (scope) => scope.emitter.add('Identity', [input(scope, 0)]);

/** Operators that rename positions, ask for shapes or make constants. */
export const shaping: Readonly<Record<string, NodeReader>> = {
  Identity: passing,
  IdentityN: ({ emitter, inputs }) => inputs.map((each) => emitter.add('Identity', [each])),
  // As TensorFlow.js runs these: they hand their input on, and so does the derivative.
  StopGradient: passing,
  PreventGradient: passing,
  Snapshot: passing,
  CheckNumerics: passing,
  EnsureShape: passing,
  FakeQuantWithMinMaxVars: passing,
  PlaceholderWithDefault: passing,
  Reshape: reshape,
  Squeeze: (scope) => {
    const { node, emitter } = scope;
    const axes = integersOf(node, 'squeeze_dims') ?? integersOf(node, 'axis');
    return emitter.add('Squeeze', [input(scope, 0), ...(axes ? [emitter.integers(axes)] : [])]);
  },
  ExpandDims: (scope) =>
    scope.emitter.add('Unsqueeze', [input(scope, 0), scope.emitter.integers([numberInput(scope, 1)])]),
  Transpose: (scope) => scope.emitter.add('Transpose', [input(scope, 0)], { perm: numbersInput(scope, 1) }),
  Tile: (scope) => scope.emitter.add('Tile', [input(scope, 0), int64List(scope, 1)]),
  BroadcastTo: (scope) => scope.emitter.add('Expand', [input(scope, 0), int64List(scope, 1)]),
  Fill: (scope) => scope.emitter.add('Expand', [input(scope, 1), int64List(scope, 0)]),
  ZerosLike: (scope) => filledLike(scope, 0),
  OnesLike: (scope) => filledLike(scope, 1),
  Range: ({ emitter, inputs }) => emitter.add('Range', inputs),
  Shape: (scope) => shapeOf(scope, input(scope, 0)),
  ShapeN: (scope) => scope.inputs.map((each) => shapeOf(scope, each)),
  Size: (scope) => sized(scope, scope.emitter.add('Size', [input(scope, 0)])),
  Rank: (scope) => sized(scope, scope.emitter.add('Size', [scope.emitter.add('Shape', [input(scope, 0)])])),
  Pack: (scope) => {
    const { node, emitter, inputs, parts } = scope;
    const axis = numberOf(node, 'axis', 0);
    const lined = inputs.map((each) => emitter.add('Unsqueeze', [each, emitter.integers([axis])]));
    const packed = emitter.add('Concat', lined, { axis });
    if (axis === 0)
      parts.set(
        packed,
        inputs.map((each) => emitter.constantOf(each)?.data[0]),
      );
    return packed;
  },
  Unpack: (scope) => {
    const { node, emitter } = scope;
    const axis = numberOf(node, 'axis', 0);
    const count = numberOf(node, 'num', scope.outputs);
    if (!(count >= 1 && count <= 65_536)) throw new Error(`it cannot make ${count} outputs`);
    const ones = emitter.integers(new Array<number>(count).fill(1));
    return emitter
      .addMany('Split', [input(scope, 0), ones], count, { axis })
      .map((each) => emitter.add('Squeeze', [each, emitter.integers([axis])]));
  },
  OneHot: (scope) => {
    const { node, emitter } = scope;
    const [on, off] = [input(scope, 2), input(scope, 3)].map((each) =>
      emitter.add('Reshape', [each, emitter.integers([1])]),
    ) as [string, string];
    const values = emitter.add('Concat', [off, on], { axis: 0 });
    const depth = emitter.constant(integers([numberInput(scope, 1)]));
    // ONNX Runtime has it for indices and depth of one type.
    const indices = emitter.add('Cast', [input(scope, 0)], { to: 7 });
    return emitter.add('OneHot', [indices, depth, values], { axis: numberOf(node, 'axis', -1) });
  },
};

/** One size that is computed, mostly the batch, is what the others leave. */
function reshape(scope: NodeScope): string {
  const { emitter, parts } = scope;
  const shape = input(scope, 1);
  const known = emitter.constantOf(shape) === undefined ? parts.get(shape) : undefined;
  const open = known?.filter((size) => size === undefined || size < 0).length;
  const target = open === 1 ? emitter.integers(known!.map((size) => size ?? -1)) : int64List(scope, 1);
  return emitter.add('Reshape', [input(scope, 0), target]);
}

function shapeOf(scope: NodeScope, x: string): string {
  return sized(scope, scope.emitter.add('Shape', [x]));
}

/** Sizes as TensorFlow's `out_type`, int32 unless told. */
function sized({ node, emitter }: NodeScope, size: string): string {
  return elementTypeOf(node, 'out_type', 'int32') === 'int64' ? size : emitter.add('Cast', [size], { to: 6 });
}

function filledLike(scope: NodeScope, value: number): string {
  const { emitter, node } = scope;
  const type = elementTypeOf(node, 'T', 'float32');
  const fill = type === 'bool' ? emitter.constant(tensorOf('bool', [], [value])) : numberLike(scope, value);
  return emitter.add('Expand', [fill, emitter.add('Shape', [input(scope, 0)])]);
}
