import { GraphBuilder, type OperatorTable } from './builder';
import { numberAttribute, type Graph, type GraphNode, type StaticGraph } from './graph';
import { integers, sizeOf, type Tensor } from './tensor';

/** Constants that are folded may not grow beyond this many elements. */
const FOLD_LIMIT = 64 * 1024 * 1024;

/**
 * The graph at one batch size: every open size of the inputs becomes `batch`, all shapes are inferred, and whatever depends
 * only on constants (shape computations among them) is folded. Throws if an operator is unknown or shapes do not fit.
 */
export function specialise(graph: Graph, batch: number, operators: OperatorTable): StaticGraph {
  const builder = new GraphBuilder(operators);
  for (const input of graph.inputs)
    builder.input(input.name, { type: input.type, shape: input.shape.map((size) => (size < 0 ? batch : size)) });
  for (const [name, tensor] of graph.constants) builder.setConstant(name, tensor);
  for (const node of graph.nodes) {
    const constants = node.inputs.map((name) => (name === '' ? undefined : builder.constantOf(name)));
    const known = node.inputs.every((name, index) => name === '' || constants[index] !== undefined);
    const evaluate = operators.get(node.op)?.evaluate;
    const folded = foldShape(node, builder) ?? (known && evaluate ? evaluate(node, constants) : undefined);
    if (folded === undefined) {
      builder.addNode(node);
      continue;
    }
    node.outputs.forEach((name, index) => {
      const tensor = folded[index];
      if (name === '' || tensor === undefined) return;
      if (sizeOf(tensor.shape) > FOLD_LIMIT)
        throw new Error(`${node.op} makes a constant of ${sizeOf(tensor.shape)} elements`);
      builder.setConstant(name, tensor);
    });
  }
  return builder.build(graph.outputs);
}

/** Shape and Size depend on the shape alone, which is known. */
function foldShape(node: GraphNode, builder: GraphBuilder): readonly Tensor[] | undefined {
  if (node.op !== 'Shape' && node.op !== 'Size') return undefined;
  const { shape } = builder.type(node.inputs[0]!);
  if (node.op === 'Size') return [integers([sizeOf(shape)], [])];
  const start = numberAttribute(node, 'start', 0);
  const end = numberAttribute(node, 'end', shape.length);
  return [integers(shape.slice(start, end))];
}
