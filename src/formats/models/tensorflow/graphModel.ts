import type { Graph, GraphInput, GraphNode } from '../../../core/graph/graph';
import type { Tensor } from '../../../core/graph/tensor';
import { objectAt, stringAt, type JsonObject, type JsonValue } from '../../json/json';
import { dimensionsOf, toElementType } from './attributes';
import { Emitter } from './emitter';
import type { NodeScope } from './scope';
import { readerOf, refusal } from './table';
import { neededInOrder, outputsOf, readNodes, shown, splitValue, type TensorFlowNode } from './topology';

/**
 * Reads a TensorFlow.js graph model into the IR.
 *
 * `topology` is the file's `modelTopology` (a GraphDef as JSON), `signature` its signature, `weightOf` finds a constant by the
 * name of its node. Inputs and outputs have TensorFlow's names and layout, mostly [batch, height, width, channels]; spatial
 * operators stand between Transposes, which `cancelTransposes` takes out again. Operators that are not known become nodes of
 * their TensorFlow name. Every node is a layer of its name but those that only hand a value on.
 *
 * Throws an Error for damaged and cyclic graphs, more than 100,000 nodes, missing weights, control flow, tables and text, and
 * one that names the node for options without meaning here.
 */
export function readTensorFlowGraph(
  topology: JsonObject,
  signature: JsonObject | undefined,
  weightOf: (name: string) => Tensor | undefined,
): Graph {
  const all = readNodes(topology);
  const outputs = outputsOf(all, signature);
  const needed = neededInOrder(all, outputs);
  refuse(needed);
  const uses = countUses(needed, outputs);
  const emitter = new Emitter([...all.keys(), ...outputs]);
  const values = new Map<string, string>();
  const parts: NodeScope['parts'] = new Map();
  const inputs: GraphInput[] = [];
  const valueOf = (value: string): string => {
    const [name, port] = splitValue(value);
    const found = values.get(`${name}:${port}`);
    if (found === undefined) throw new Error(`${shown(name)} has no output ${port}`);
    return found;
  };

  for (const node of needed) {
    if (node.op === 'Placeholder') {
      inputs.push(readInput(node, signature));
      values.set(`${node.name}:0`, node.name);
    } else if (node.op === 'Const') {
      const tensor = weightOf(node.name);
      if (tensor === undefined) throw new Error(`The weights of ${shown(node.name)} are missing`);
      emitter.addWeight(node.name, tensor);
      values.set(`${node.name}:0`, node.name);
    } else {
      const scope: NodeScope = {
        node,
        emitter,
        inputs: node.inputs.map(valueOf),
        readersOf: (input) => uses.get(splitValue(node.inputs[input] ?? '')[0])?.count ?? 0,
        outputs: (uses.get(node.name)?.lastPort ?? 0) + 1,
        parts,
      };
      const results = readNode(scope);
      results.forEach((result, port) => {
        values.set(`${node.name}:${port}`, result);
        emitter.mark(result, { layer: port === 0 ? node.name : `${node.name}:${port}`, kind: node.op });
      });
    }
  }
  if (inputs.length === 0) throw new Error('The outputs of the model depend on no input');
  const named = outputs.map((output) => nameOutput(output, valueOf(output), all, emitter));
  return pruned({ inputs, outputs: named, nodes: emitter.layered(), constants: emitter.constants });
}

function refuse(nodes: readonly TensorFlowNode[]): void {
  const found = new Map<string, number>();
  for (const { op } of nodes) if (refusal(op) !== undefined) found.set(op, (found.get(op) ?? 0) + 1);
  if (found.size === 0) return;
  const kinds = [...new Set([...found.keys()].map((op) => refusal(op)!))].join(', ');
  const list = [...found].map(([op, count]) => `${op.slice(0, 80)} (${count})`).slice(0, 20);
  throw new Error(`The model uses ${kinds}, which no network of tensors has: ${list.join(', ')}`);
}

function countUses(
  nodes: readonly TensorFlowNode[],
  outputs: readonly string[],
): ReadonlyMap<string, { count: number; lastPort: number }> {
  const uses = new Map<string, { count: number; lastPort: number }>();
  for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...outputs]) {
    const [name, port] = splitValue(value);
    const use = uses.get(name);
    if (port > 65_536) throw new Error(`${shown(name)} cannot have an output ${port}`);
    if (use === undefined) uses.set(name, { count: 1, lastPort: port });
    else {
      use.count++;
      use.lastPort = Math.max(use.lastPort, port);
    }
  }
  return uses;
}

function readInput({ name, attributes }: TensorFlowNode, signature: JsonObject | undefined): GraphInput {
  const signed = Object.values(objectAt(signature, 'inputs') ?? {}).find(
    (each) => splitValue(stringAt(each, 'name') ?? '')[0] === name,
  );
  const given = (value: JsonValue | undefined, key: string): JsonValue | undefined => objectAt(value, key);
  const shape =
    dimensionsOf(given(objectAt(attributes, 'shape'), 'shape')) ?? dimensionsOf(given(signed, 'tensorShape'));
  const type = toElementType(objectAt(attributes, 'dtype')?.type ?? stringAt(signed, 'dtype'), 'float32');
  // Without any word about its shape it is taken for a batch of pictures.
  return { name, type, shape: shape === undefined || shape.length === 0 ? [-1, -1, -1, -1] : shape };
}

function readNode(scope: NodeScope): readonly string[] {
  const { name, op } = scope.node;
  try {
    const result = readerOf(op)(scope);
    return typeof result === 'string' ? [result] : result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The node ${shown(name)} (${op.slice(0, 80)}): ${reason}`, { cause: error });
  }
}

/** Outputs get their names back; "node:0" is called "node" unless that is the name of an input. */
function nameOutput(output: string, value: string, all: ReadonlyMap<string, TensorFlowNode>, emitter: Emitter): string {
  const [node, port] = splitValue(output);
  const isMade = all.get(node)!.op !== 'Placeholder' && all.get(node)!.op !== 'Const';
  const name = port === 0 && isMade ? node : emitter.fresh(node);
  emitter.nodes.push({ op: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  return name;
}

/** Without what the outputs do not need. */
function pruned(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes: GraphNode[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!;
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), constants };
}
