import type { NodeProto } from './onnxSchema';

const DOMAIN = 'ai.onnx.ml';

/** A network without what only names its scores at the end. */
interface Numbers {
  readonly nodes: readonly NodeProto[];
  readonly outputs: readonly string[];
}

/**
 * The network without the operators of `ai.onnx.ml` that turn scores into names (ZipMap, LabelEncoder, ArrayFeatureExtractor and
 * their kind): a map is the scores that it was made of, and outputs that hold names alone are left out while another is left.
 */
export function withoutNames(given: readonly NodeProto[], outputs: readonly string[]): Numbers {
  if (!given.some(({ domain }) => domain === DOMAIN)) return { nodes: given, outputs };
  const maps = new Map(
    given.filter(({ domain, op }) => domain === DOMAIN && op === 'ZipMap').map((node) => [node.outputs[0] ?? '', node]),
  );
  // A map of scores that are an output themselves says nothing more.
  const told = outputs.filter((name) => !outputs.includes(maps.get(name)?.inputs[0] ?? ''));
  const nodes = given.map((node) =>
    maps.get(node.outputs[0] ?? '') === node ? { ...node, op: 'Identity', domain: '', attributes: [] } : node,
  );
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const numbers = told.filter((name) => !ancestors([name], producers).some(({ domain }) => domain === DOMAIN));
  if (numbers.length === 0) return { nodes, outputs: told };
  const needed = new Set(ancestors(numbers, producers));
  return { nodes: nodes.filter((node) => needed.has(node)), outputs: numbers };
}

/** Every node that the values are made by. */
function ancestors(names: readonly string[], producers: ReadonlyMap<string, NodeProto>): readonly NodeProto[] {
  const found = new Set<NodeProto>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = producers.get(name);
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) open.push(input);
  }
  return [...found];
}
