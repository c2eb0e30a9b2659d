import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  objectAt,
  stringAt,
  type JsonObject,
  type JsonValue,
} from '../../json/json';

/** A node of a TensorFlow graph; control inputs are left out, as nothing here has side effects. */
export interface TensorFlowNode {
  readonly name: string;
  readonly op: string;
  /** Values as "node" or "node:port". */
  readonly inputs: readonly string[];
  readonly attributes: JsonObject;
}

const LIMITS = { nodes: 100_000, inputs: 1_000_000 } as const;

/** The nodes of a graph model by name. Throws for malformed nodes, two of one name, and more than the limits. */
export function readNodes(topology: JsonObject): ReadonlyMap<string, TensorFlowNode> {
  const list = arrayAt(topology, 'node') ?? [];
  if (list.length > LIMITS.nodes) throw new Error(`The model has more than ${LIMITS.nodes} nodes`);
  const nodes = new Map<string, TensorFlowNode>();
  let inputs = 0;
  for (const value of list) {
    const node = readNode(value);
    if (nodes.has(node.name)) throw new Error(`Two nodes have the name ${shown(node.name)}`);
    if ((inputs += node.inputs.length) > LIMITS.inputs)
      throw new Error(`The nodes have more than ${LIMITS.inputs} inputs`);
    nodes.set(node.name, node);
  }
  return nodes;
}

function readNode(value: JsonValue): TensorFlowNode {
  const name = stringAt(value, 'name');
  const op = stringAt(value, 'op');
  const input = isJsonObject(value) ? (value.input ?? []) : undefined;
  const isText = (each: JsonValue): each is string => typeof each === 'string';
  if (name === undefined || op === undefined || !isJsonArray(input) || !input.every(isText))
    throw new Error('A node of the model is malformed');
  return {
    name,
    op,
    inputs: input.filter((each) => !each.startsWith('^')),
    attributes: objectAt(value, 'attr') ?? {},
  };
}

/** "node:2" is output 2 of "node"; without a number it is output 0. */
export function splitValue(value: string): readonly [name: string, port: number] {
  const colon = /:(\d{1,9})$/.exec(value);
  return colon === null ? [value, 0] : [value.slice(0, colon.index), Number(colon[1])];
}

/** Names of what the model puts out: those of its signature, else the nodes that no other reads. */
export function outputsOf(nodes: ReadonlyMap<string, TensorFlowNode>, signature: JsonObject | undefined): string[] {
  const signed = Object.values(objectAt(signature, 'outputs') ?? {}).map((each) => stringAt(each, 'name') ?? '');
  const present = [...new Set(signed)].filter((name) => nodes.has(splitValue(name)[0]));
  if (present.length > 0) return present;
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map((each) => splitValue(each)[0])));
  const ends = [...nodes.values()].filter(({ name, op }) => !read.has(name) && !NO_RESULT.has(op));
  if (ends.length === 0) throw new Error('The model has no outputs');
  return ends.map(({ name }) => name);
}

const NO_RESULT: ReadonlySet<string> = new Set(['Const', 'NoOp', 'Placeholder', 'Assert']);

/**
 * The nodes that `outputs` need, each after those that it reads, by a depth-first walk (Tarjan). Throws for a circle and for
 * inputs that nothing makes.
 */
export function neededInOrder(
  nodes: ReadonlyMap<string, TensorFlowNode>,
  outputs: readonly string[],
): readonly TensorFlowNode[] {
  const order: TensorFlowNode[] = [];
  const states = new Map<TensorFlowNode, 'open' | 'done'>();
  const find = (value: string, reader: string): TensorFlowNode => {
    const node = nodes.get(splitValue(value)[0]);
    if (node === undefined) throw new Error(`${shown(reader)} reads ${shown(value)}, which nothing makes`);
    return node;
  };
  for (const output of outputs) {
    const stack = [{ node: find(output, 'The model'), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { node } = top;
      if (top.next === 0 && states.get(node) === 'done') {
        stack.pop();
        continue;
      }
      states.set(node, 'open');
      const input = node.inputs[top.next++];
      if (input === undefined) {
        states.set(node, 'done');
        order.push(node);
        stack.pop();
        continue;
      }
      const source = find(input, node.name);
      if (states.get(source) === 'open') throw new Error(`The network is cyclic at ${shown(source.name)}`);
      if (states.get(source) === undefined) stack.push({ node: source, next: 0 });
    }
  }
  return order;
}

/** A name from the file as it may stand in a message. */
export function shown(name: string): string {
  return `“${name.length > 120 ? `${name.slice(0, 119)}…` : name}”`;
}
