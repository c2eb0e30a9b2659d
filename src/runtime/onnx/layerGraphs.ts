import { UserError } from '../../core/errors';
import type { Graph } from '../../core/graph/graph';
import { placesOf, type GraphLayer, type LayerPlace } from '../../core/graph/inspect/layers';
import { findLayer } from '../../core/model/layers';
import type { LayerId } from '../../core/model/classifier';

/** A network that computes the values of some layers as the file does. */
export interface LayerGraph {
  readonly graph: Graph;
  /** In the order asked for. */
  readonly layers: readonly (Pick<GraphLayer, 'id' | 'shape'> & LayerPlace)[];
}

export interface LayerGraphs {
  /** Throws `UserError('unknown-layer')` for a layer that is not there, or that has no derivative. */
  of(ids: readonly LayerId[]): Promise<LayerGraph>;
}

/**
 * The network that has the layers asked for: the one that runs (`ready`), or, for layers that its passes merged, the one without
 * those passes. That one is read from the file again (`whole`) and not kept: its weights would take as much memory again.
 */
export function createLayerGraphs(
  ready: Graph,
  all: readonly GraphLayer[],
  unit: number,
  whole: () => Promise<Graph>,
): LayerGraphs {
  return {
    async of(ids) {
      const layers = ids.map((id) => wanted(all, id, unit));
      const own = placesOf(ready, layers);
      const graph = own === undefined ? await whole() : ready;
      const places = own ?? placesOf(graph, layers);
      if (places === undefined) throw new Error(`The network does not have the layers ${ids.join(', ')}`);
      return { graph, layers: layers.map(({ id, shape }, index) => ({ id, shape, ...places[index]! })) };
    },
  };
}

function wanted(all: readonly GraphLayer[], id: LayerId, unit: number): GraphLayer {
  const { id: found } = findLayer({ layers: all, engine: 'onnx' }, id);
  const layer = all.find((each) => each.id === found)!;
  if (!layer.feedsScores)
    throw new UserError(
      'unknown-layer',
      `The model's scores are not made of the layer “${layer.id}”, so they have no gradient with respect to it.`,
      'Choose a layer before the scores.',
    );
  if (unit > 1 && !layer.isBatched)
    throw new UserError(
      'unknown-layer',
      `The layer “${layer.id}” mixes the ${unit} pictures that the model takes at once.`,
      'Choose another layer, or export the model for one picture.',
    );
  return layer;
}
