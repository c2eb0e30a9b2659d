import type { Graph, GraphNode } from '../graph';
import { freshNames } from '../names';
import { producersOf } from './producers';
import { isOne, movedFrom, type Types } from './scoreTail';
import { integers, sizeOf } from '../tensor';

/** A probability as σ(z) or σ(−z). */
interface Half {
  readonly z: string;
  readonly isNegated: boolean;
}

/**
 * The log-odds [−z, z] of two probabilities that `node` joins, 1 − σ(z) and σ(z) in either order: what of 1 − σ(z) is lost in
 * float32 where the model is sure is left in −z. Gives the graph with them and their name; undefined where `node` does not join such
 * two numbers for each picture. `types`: of the graph at the batch size `batch`.
 */
export function sigmoidPair(
  node: GraphNode,
  graph: Graph,
  types: Types,
  batch: number,
): { readonly graph: Graph; readonly logits: string } | undefined {
  const [first, second] = node.inputs;
  if (node.op !== 'Concat' || node.inputs.length !== 2) return undefined;
  const producers = producersOf(graph);
  const halves = [halfOf(first!, graph, producers), halfOf(second!, graph, producers)] as const;
  if (halves[0] === undefined || halves[1] === undefined) return undefined;
  if (halves[0].z !== halves[1].z || halves[0].isNegated === halves[1].isNegated) return undefined;
  const [z, part, whole] = [halves[0].z, second!, node.outputs[0]!].map((name) => types.get(name)?.shape ?? []);
  const isOfPicture = [z!, part!, whole!].every(([count]) => count === batch);
  const isOneEach = sizeOf(z!) === batch && sizeOf(whole!) === 2 * batch;
  return isOfPicture && isOneEach ? joined(halves[0], part!.slice(1), node, graph) : undefined;
}

/** [−z, z], or [z, −z], joined as `node` joins values of the sides `sides`. */
function joined(
  first: Half,
  sides: readonly number[],
  node: GraphNode,
  graph: Graph,
): { readonly graph: Graph; readonly logits: string } {
  const fresh = freshNames(graph, 'log-odds');
  const [shape, positive, negative, logits] = [fresh(), fresh(), fresh(), fresh()];
  const inputs = first.isNegated ? [negative, positive] : [positive, negative];
  const nodes: readonly GraphNode[] = [
    { op: 'Reshape', inputs: [first.z, shape], outputs: [positive], attributes: {} },
    { op: 'Neg', inputs: [positive], outputs: [negative], attributes: {} },
    { ...node, inputs, outputs: [logits] },
  ];
  const constants = new Map(graph.constants).set(shape, integers([0, ...sides]));
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], constants }, logits };
}

function halfOf(name: string, graph: Graph, producers: ReadonlyMap<string, GraphNode>): Half | undefined {
  const source = movedFrom(name, producers);
  const node = producers.get(source);
  if (node?.op === 'Sigmoid') {
    const z = movedFrom(node.inputs[0]!, producers);
    const before = producers.get(z);
    return before?.op === 'Neg'
      ? { z: movedFrom(before.inputs[0]!, producers), isNegated: true }
      : { z, isNegated: false };
  }
  if (node?.op !== 'Sub' || !isOne(node.inputs[0]!, graph)) return undefined;
  const rest = halfOf(node.inputs[1]!, graph, producers);
  return rest && { z: rest.z, isNegated: !rest.isNegated };
}
