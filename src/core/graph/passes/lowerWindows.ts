import { GraphBuilder, type OperatorTable } from '../builder';
import { numberAttribute, type StaticGraph } from '../graph';
import { withoutOrigins } from '../origins';
import { windowMatrix } from '../ops/windows';
import { floats, integers } from '../tensor';

/** Puts operators of ONNX in the place of Windows and RowConvolution, which only the IR knows. */
export function lowerWindows(graph: StaticGraph, operators: OperatorTable): StaticGraph {
  return lowerGathers(lowerConvolutions(graph, operators), operators);
}

function lowerConvolutions(graph: StaticGraph, operators: OperatorTable): StaticGraph {
  const builder = GraphBuilder.rewriting(graph, operators);
  for (const node of graph.nodes) {
    if (node.op !== 'RowConvolution') {
      builder.addNode(node);
      continue;
    }
    const [x, weight, table, ...bias] = node.inputs as [string, string, string, ...string[]];
    const places = builder.constantOf(table)!;
    const columns = windowMatrix(builder, x, numberAttribute(node, 'images', 1), table, places);
    builder.addNode({ op: 'Gemm', inputs: [columns, weight, ...bias], outputs: node.outputs, attributes: {} });
  }
  return builder.build(graph.outputs);
}

/** Windows by a Gather, which copies rows, behind which a row of zeros is put where it is needed; the same windows once. */
function lowerGathers(graph: StaticGraph, operators: OperatorTable): StaticGraph {
  const builder = GraphBuilder.rewriting(graph, operators);
  const made = new Map<string, string>();
  // Reshapes of the same value to the same shape would hide that two windows are the same.
  const renamed = new Map<string, string>();
  const known = (key: string, output: string): boolean => {
    const first = made.get(key);
    if (first === undefined) made.set(key, output);
    else renamed.set(output, first);
    return first !== undefined;
  };
  const outputs = new Set(graph.outputs);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const [x, given] = inputs as [string, string];
    const [output] = node.outputs as [string];
    const list = builder.constantOf(given);
    if (node.op === 'Reshape' && list !== undefined && !outputs.has(output)) {
      // What others read too is no layer any more.
      if (!known(`${x} as ${list.data.join()}`, output)) builder.addNode({ ...withoutOrigins(node), inputs });
    } else if (node.op === 'Windows' && list !== undefined) {
      if (!outputs.has(output) && known(`${x} at ${list.data.join()}`, output)) continue;
      const [images, rows, channels] = builder.shape(x) as [number, number, number];
      const zeros = (): string => builder.constant(floats([images, 1, channels], new Float32Array(images * channels)));
      const padded = list.data.some((place) => place === rows) ? builder.add('Concat', [x, zeros()], { axis: 1 }) : x;
      const lined = builder.constant(integers(Array.from(list.data)), 'places');
      builder.addNode({ op: 'Gather', inputs: [padded, lined], outputs: [output], attributes: { axis: 1 } });
    } else builder.addNode({ ...node, inputs });
  }
  return builder.build(graph.outputs);
}
