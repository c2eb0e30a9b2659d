import { elementTypeOf, flagOf } from './attributes';
import { input, int64List, numberInput, type NodeReader, type NodeScope } from './scope';

/** Reductions over axes that are an input. */
export const reductions: Readonly<Record<string, NodeReader>> = {
  Mean: (scope) => reduced(scope, 'ReduceMean'),
  Sum: (scope) => reduced(scope, 'ReduceSum'),
  Max: (scope) => reduced(scope, 'ReduceMax'),
  Min: (scope) => reduced(scope, 'ReduceMin'),
  Prod: (scope) => reduced(scope, 'ReduceProd'),
  EuclideanNorm: (scope) => reduced(scope, 'ReduceL2'),
  ArgMax: (scope) => argument(scope, 'ArgMax'),
  ArgMin: (scope) => argument(scope, 'ArgMin'),
  Cumsum: (scope) =>
    scope.emitter.add('CumSum', [input(scope, 0), scope.emitter.integers([numberInput(scope, 1)])], {
      exclusive: Number(flagOf(scope.node, 'exclusive')),
      reverse: Number(flagOf(scope.node, 'reverse')),
    }),
};

/** No axes are none here, where ONNX would take all. */
function reduced(scope: NodeScope, op: string): string {
  const { emitter, node } = scope;
  const axes = int64List(scope, 1);
  if (emitter.constantOf(axes)?.data.length === 0) return emitter.add('Identity', [input(scope, 0)]);
  const keepdims = Number(flagOf(node, 'keep_dims') || flagOf(node, 'keepDims'));
  return emitter.add(op, [input(scope, 0), axes], { keepdims, noop_with_empty_axes: 1 });
}

function argument(scope: NodeScope, op: string): string {
  const axis = scope.inputs.length > 1 ? numberInput(scope, 1) : 0;
  const index = scope.emitter.add(op, [input(scope, 0)], { axis, keepdims: 0 });
  const isShort = elementTypeOf(scope.node, 'output_type', 'int64') === 'int32';
  return isShort ? scope.emitter.add('Cast', [index], { to: 6 }) : index;
}
