import type { JsonDraft, JsonObject, JsonValue } from '../../../formats/json/json';
import { arrayAt, objectAt } from '../../../formats/json/json';
import type { GraphNode } from './graphTopology';
import { indexNodes, nodeName } from './graphTopology';

const UNFUSED: Readonly<Record<string, string>> = {
  _FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
  _FusedMatMul: 'MatMul',
};

/** Operations that hand their first input on, at most in another shape. */
const TRANSPARENT = new Set(['Identity', 'IdentityN', 'Reshape', 'Squeeze', 'ExpandDims', 'StopGradient', 'Snapshot']);
const FINAL: Readonly<Record<string, 'softmax' | 'sigmoid'>> = {
  Softmax: 'softmax',
  LogSoftmax: 'softmax',
  Sigmoid: 'sigmoid',
};

/**
 * Splits fused nodes that end in a bias or a sigmoid into plain ones. The stock gradient of such a fused node always computes
 * the gradient of its weights too, which attribution never needs; and a fused sigmoid could not be taken off.
 */
export function unfuseNodes(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => {
    const op = UNFUSED[node.op];
    const fused = fusedOperations(node.attr);
    const [first, second, ...rest] = fused;
    const splits = first === 'BiasAdd' && rest.length === 0 && (second === undefined || second === 'Sigmoid');
    const [x, weights, bias] = node.input;
    if (op === undefined || !splits || x === undefined || weights === undefined || bias === undefined) return [node];
    const attr: JsonDraft = { ...node.attr };
    delete attr.fused_ops;
    delete attr.num_args;
    const control = node.input.filter((input) => input.startsWith('^'));
    const product: GraphNode = { name: `${node.name}/product`, op, input: [x, weights, ...control], attr };
    const sumName = second === undefined ? node.name : `${node.name}/sum`;
    const type: JsonObject = node.attr.T === undefined ? {} : { T: node.attr.T };
    const sum: GraphNode = { name: sumName, op: 'BiasAdd', input: [product.name, bias], attr: type };
    if (second === undefined) return [product, sum];
    return [product, sum, { name: node.name, op: second, input: [sum.name], attr: type }];
  });
}

export interface StrippedGraph {
  readonly nodes: readonly GraphNode[];
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
}

/**
 * Finds the final softmax or sigmoid behind `output`, through operations that only rename or reshape, and replaces it by an
 * identity, so that the output becomes the logits. Without one the nodes come back as they were, `activation: 'logits'`. A softmax
 * behind which the shape changes may be one of groups of scores: it is taken off only if it `isWhole`.
 */
export function stripFinalActivation(nodes: readonly GraphNode[], output: string, isWhole = false): StrippedGraph {
  const known = indexNodes(nodes);
  let node = known.get(nodeName(output));
  let isReshaped = false;
  while (node !== undefined && TRANSPARENT.has(node.op) && node.input[0] !== undefined) {
    isReshaped ||= node.op === 'Reshape';
    node = known.get(nodeName(node.input[0]));
  }
  if (isReshaped && !isWhole && node?.op.endsWith('Softmax') === true) return { nodes, activation: 'logits' };
  const activation = node && FINAL[node.op];
  if (node === undefined || activation === undefined) return { nodes, activation: 'logits' };
  const identity: GraphNode = { ...node, op: 'Identity' };
  return { nodes: nodes.map((each) => (each.name === identity.name ? identity : each)), activation };
}

function fusedOperations(attr: JsonObject): string[] {
  const list = arrayAt(objectAt(objectAt(attr, 'fused_ops'), 'list'), 's') ?? [];
  return list.map((each: JsonValue) =>
    typeof each === 'string' ? Buffer.from(each, 'base64').toString('latin1') : '',
  );
}
