import type { Graph, GraphNode, Origin } from '../graph';
import { valueOf } from '../origins';
import { composed, isIdentity, type Permutation } from '../permutation';
import type { Shape, TypedShape } from '../tensor';
import { channelAxes } from './channelAxes';
import { ancestorsOf, producersOf } from './producers';

/**
 * What the axes of a layer's value mean: `spatial` height × width × channels, `tokens` positions × channels, `vector` one number a
 * unit, `other` as the file has them.
 */
export type LayerForm = 'spatial' | 'tokens' | 'vector' | 'other';

/** A layer of the file in the network that was read from it. */
export interface GraphLayer {
  readonly id: string;
  readonly kind: string;
  readonly scope?: string;
  /** Of one picture, channels last where they are known. */
  readonly shape: Shape;
  readonly form: LayerForm;
  /** The scores are made of it, so that they have a derivative with respect to it. */
  readonly feedsScores: boolean;
  /** Its first axis in the file is the batch. */
  readonly isBatched: boolean;
  /** Axis a of the value as it is given, the batch first, is axis `order[a]` of the file's. */
  readonly order: Permutation;
}

/** What is said of a layer to others. */
export function layerInfo({ id, kind, scope, shape, form, feedsScores }: GraphLayer): LayerInfo {
  return { id, kind, ...(scope !== undefined && { scope }), shape, form, feedsScores };
}

type LayerInfo = Omit<GraphLayer, 'isBatched' | 'order'>;

/**
 * The layers of a network whose first output are its scores: every value of the file that is made of the picture and holds floats,
 * in the order in which they are computed. `types`: of the graph for `batch` pictures; `channels`: the axis of the picture's channels.
 */
export function layersOf(
  graph: Graph,
  types: ReadonlyMap<string, TypedShape>,
  batch: number,
  channels: number,
): readonly GraphLayer[] {
  const axes = channelAxes(graph, types, channels);
  const needed = ancestorsOf(graph.outputs[0]!, producersOf(graph));
  const seen = new Set([graph.inputs[0]!.name]);
  const layers: GraphLayer[] = [];
  const add = (node: GraphNode, origin: Origin): void => {
    const value = valueOf(node, origin);
    const type = types.get(value);
    if (type?.type !== 'float32') return;
    const { permutation = type.shape.map((_, axis) => axis) } = origin;
    const shape = permutation.map((axis) => type.shape[axis]!);
    const channelAxis = axes.get(value);
    const read = reading(shape, batch, channelAxis === undefined ? undefined : permutation.indexOf(channelAxis));
    const { layer: id, kind, scope } = origin;
    layers.push({ id, kind, ...(scope !== undefined && { scope }), feedsScores: needed.has(value), ...read });
  };
  for (const node of graph.nodes) {
    // A shape is known before any picture is.
    if (node.op === 'Shape' || node.op === 'Size' || !node.inputs.some((name) => seen.has(name))) continue;
    for (const name of node.outputs) if (name !== '') seen.add(name);
    for (const origin of node.origins ?? []) add(node, origin);
  }
  return layers;
}

/** How a value of the file's shape is given. */
function reading(
  shape: Shape,
  batch: number,
  channels: number | undefined,
): Pick<GraphLayer, 'shape' | 'form' | 'isBatched' | 'order'> {
  const isBatched = shape.length > 0 && shape[0] === batch;
  const plain = shape.map((_, axis) => axis);
  const given = (order: Permutation, form: LayerForm): ReturnType<typeof reading> => ({
    shape: order.slice(isBatched ? 1 : 0).map((axis) => shape[axis]!),
    form,
    isBatched,
    order,
  });
  if (isBatched && shape.length === 2) return given(plain, 'vector');
  if (!isBatched || channels === undefined || channels < 1 || shape.length < 3 || shape.length > 4)
    return given(plain, 'other');
  const last = [...plain.filter((axis) => axis !== channels), channels];
  return given(last, shape.length === 4 ? 'spatial' : 'tokens');
}

/** Where a layer's value is in a graph: an output of a node, and the order in which its axes are given. */
export interface LayerPlace {
  readonly value: string;
  /** Axis a of what is given, the batch first, is axis `order[a]` of the value; undefined: the same. */
  readonly order: Permutation | undefined;
}

/** Where each of `layers` is; undefined if one was merged into others. */
export function placesOf(graph: Graph, layers: readonly GraphLayer[]): readonly LayerPlace[] | undefined {
  const origins = new Map(
    graph.nodes.flatMap((node) => (node.origins ?? []).map((origin) => [origin.layer, { node, origin }] as const)),
  );
  const places = layers.map(({ id, order }): LayerPlace | undefined => {
    const found = origins.get(id);
    if (found === undefined) return undefined;
    const { permutation } = found.origin;
    const all = permutation === undefined ? order : composed(permutation, order);
    return { value: valueOf(found.node, found.origin), order: isIdentity(all) ? undefined : all };
  });
  return places.every((place) => place !== undefined) ? places : undefined;
}
