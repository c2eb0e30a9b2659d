import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from './onnxSchema';

/** Nested functions and the nodes that all calls together may make. */
const DEEPEST = 64;
/** AttributeProto.AttributeType of graphs, whose values would have to be renamed within. */
const GRAPHS: ReadonlySet<number> = new Set([5, 10]);

/**
 * The nodes of a model's network with the calls of its own functions replaced by what these compute, functions within functions and
 * attributes too; values within get the name of the call's first output in front. Calls that cannot be replaced stay: of functions
 * that call themselves, hold control flow, or are meant in an operator set in which an operator of theirs does something else.
 * Throws for more than `mostNodes` nodes.
 */
export function inlineFunctions(model: ModelProto & { readonly graph: GraphProto }, mostNodes: number): NodeProto[] {
  const { graph, functions, opsets } = model;
  if (functions.length === 0) return graph.nodes;
  const known = new Map(functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const opset = opsetOf(opsets);
  const usable = usableFunctions(known, opset);
  const taken = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const nodes: NodeProto[] = [];
  const expand = (node: NodeProto, depth: number): void => {
    const called = functionOf(node, known);
    if (called === undefined || !usable(called) || depth > DEEPEST) {
      if (nodes.push(node) > mostNodes) throw new Error(`The network has more than ${mostNodes} nodes`);
      return;
    }
    for (const inner of bodyOf(node, called, taken)) expand(inner, depth + 1);
  };
  for (const node of graph.nodes) expand(node, 0);
  return nodes;
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain === 'ai.onnx' ? '' : domain, name, overload]);
}

function functionOf(node: NodeProto, known: ReadonlyMap<string, FunctionProto>): FunctionProto | undefined {
  return known.get(keyOf(node.domain, node.op, node.overload));
}

function opsetOf(opsets: ModelProto['opsets']): number | undefined {
  return opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
}

/** Operator sets in which operators got another meaning of the same inputs and attributes. */
const CHANGED: Readonly<Record<string, readonly number[]>> = {
  Softmax: [13],
  LogSoftmax: [13],
  Hardmax: [13],
  Clip: [11],
  Pad: [11],
  Slice: [10],
  Resize: [11],
  BatchNormalization: [14],
  GroupNormalization: [21],
};

function usableFunctions(
  known: ReadonlyMap<string, FunctionProto>,
  opset: number | undefined,
): (called: FunctionProto) => boolean {
  const answers = new Map<FunctionProto, boolean>();
  const isUsable = (called: FunctionProto): boolean => {
    const answer = answers.get(called);
    if (answer !== undefined) return answer;
    // While it is looked at: a function that calls itself is not usable.
    answers.set(called, false);
    const own = opsetOf(called.opsets) ?? opset ?? 0;
    const [low, high] = [Math.min(own, opset ?? own), Math.max(own, opset ?? own)];
    const result = called.nodes.every((node) => {
      if (node.attributes.some(({ type }) => GRAPHS.has(type))) return false;
      const inner = functionOf(node, known);
      if (inner !== undefined) return isUsable(inner);
      const changes = node.domain === '' && Object.hasOwn(CHANGED, node.op) ? CHANGED[node.op]! : [];
      return !changes.some((change) => low < change && change <= high);
    });
    answers.set(called, result);
    return result;
  };
  return isUsable;
}

/** The nodes of a function's body for one call, their values renamed and attributes filled in. */
function bodyOf(call: NodeProto, called: FunctionProto, taken: Set<string>): NodeProto[] {
  const given = new Map(call.attributes.map((attribute) => [attribute.name, attribute]));
  for (const attribute of called.defaults) if (!given.has(attribute.name)) given.set(attribute.name, attribute);
  const names = new Map<string, string>([['', '']]);
  const fresh = (name: string): string => {
    const wanted = `${call.outputs.find((each) => each !== '') ?? call.op}/${name}`;
    let free = wanted;
    for (let count = 1; taken.has(free); count++) free = `${wanted}_${count}`;
    taken.add(free);
    return free;
  };
  called.inputs.forEach((name, index) => names.set(name, call.inputs[index] ?? ''));
  const made = new Set(called.nodes.flatMap(({ outputs }) => outputs));
  const copies: NodeProto[] = [];
  const pending: (readonly [inner: string, outer: string])[] = [];
  called.outputs.forEach((name, index) => {
    const outer = call.outputs[index] ?? '';
    if (outer === '') return;
    if (made.has(name) && !names.has(name)) names.set(name, outer);
    else pending.push([name, outer]);
  });
  const nodes = called.nodes.map((node): NodeProto => {
    const inputs = node.inputs.map((name) => renamed(name));
    const outputs = node.outputs.map((name) => renamed(name));
    const attributes = node.attributes.flatMap((attribute) => filledIn(attribute, given));
    return { ...node, name: node.name === '' ? call.name : node.name, inputs, outputs, attributes };
  });
  for (const [inner, outer] of pending)
    copies.push({
      ...call,
      op: 'Identity',
      domain: '',
      overload: '',
      inputs: [renamed(inner)],
      outputs: [outer],
      attributes: [],
    });
  return [...nodes, ...copies];

  function renamed(name: string): string {
    let known = names.get(name);
    if (known === undefined) names.set(name, (known = fresh(name)));
    return known;
  }
}

/** An attribute that refers to one of the call's is that one under its own name, or absent where the call has none. */
function filledIn(attribute: AttributeProto, given: ReadonlyMap<string, AttributeProto>): readonly AttributeProto[] {
  if (attribute.reference === '') return [attribute];
  const value = given.get(attribute.reference);
  return value === undefined ? [] : [{ ...value, name: attribute.name }];
}
