import { GraphBuilder, type OperatorTable } from '../builder';
import type { GraphNode, StaticGraph } from '../graph';
import { inPlaceOf } from '../origins';
import {
  addConvolution,
  addMean,
  addPooling,
  addTurned,
  rowsOfPicture,
  sortedRows,
  type Rows,
  type Turned,
} from './rows/build';
import { isApart, planRows } from './rows/plan';

/** Relu behind a pooling instead of before it, where there is less of it: the largest of all is what it was. */
function reluAfterPooling(graph: StaticGraph): StaticGraph {
  const reads = new Map<string, number>();
  const read = (name: string): unknown => reads.set(name, (reads.get(name) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(read);
  graph.outputs.forEach(read);
  const relus = new Map(graph.nodes.filter(({ op }) => op === 'Relu').map((node) => [node.outputs[0]!, node] as const));
  const types = new Map(graph.types);
  const moved = new Set<GraphNode>();
  const nodes = graph.nodes.flatMap((node) => {
    const [x, output] = [node.inputs[0]!, node.outputs[0]!];
    const relu = isApart(node) ? relus.get(x) : undefined;
    if (relu === undefined || reads.get(x)! > 1) return [node];
    moved.add(relu);
    // The name of the Relu's result, which nothing else reads, is free.
    types.set(x, types.get(output)!);
    return inPlaceOf(node, [
      { ...node, inputs: relu.inputs, outputs: [x] },
      { ...relu, inputs: [x], outputs: [output] },
    ]);
  });
  return { ...graph, types, nodes: nodes.filter((node) => !moved.has(node)) };
}

/**
 * Convolutions on small pictures as matrix products on rows of channels, with what stands between them, for weights that are
 * inputs: ONNX Runtime prepares a blocked layout only for constant ones, and is slow at what their derivatives need. A
 * convolution takes its windows by one Gather and multiplies once for all images; before a pooling without overlap its rows
 * are sorted by their place in the pool's window, so that pooling is a maximum of few tensors, ties to the first, and its
 * derivative elementwise. Parts of kernels that meet only padding are left out.
 *
 * The graph computes what it computed, up to the order of sums. The result has the operator Windows; see `lowerWindows`.
 */
export function pictureRows(given: StaticGraph, operators: OperatorTable): StaticGraph {
  const graph = reluAfterPooling(given);
  const plan = planRows(graph);
  if (plan.size === 0) return graph;
  const builder = GraphBuilder.rewriting(graph, operators);
  const turned: Turned = new Map(
    graph.nodes.filter(({ op }) => op === 'Transpose').map((node) => [node.outputs[0]!, node] as const),
  );
  const rows = new Map<string, Rows>();
  for (const node of graph.nodes) {
    const step = plan.get(node);
    const [input, ...others] = node.inputs as [string, ...string[]];
    const [output] = node.outputs as [string];
    const x = rows.get(input);
    if (step?.kind === 'convolution')
      rows.set(output, addConvolution(builder, node, x ?? rowsOfPicture(builder, input, turned), step, turned));
    else if (step?.kind === 'pooling')
      rows.set(output, addPooling(builder, x ?? sortedRows(builder, input, step, turned), step));
    else if (step === undefined || x === undefined) builder.addNode(node);
    else if (step.kind === 'turn') addTurned(builder, node, x, step.output);
    else if (step.kind === 'mean') rows.set(output, addMean(builder, x));
    else rows.set(output, { ...x, name: builder.add(node.op, [x.name, ...others], node.attributes) });
  }
  return builder.build(graph.outputs);
}
