import { UserError } from '../../../core/errors';
import type { Graph } from '../../../core/graph/graph';
import type { JsonObject } from '../../../formats/json/json';
import { readLayers } from '../../../formats/models/layers/layers';
import { weightsByName } from '../../../formats/models/layers/weightSource';
import { readInputShape } from '../../../core/model/modelInput';
import type { LayerSummary, NetworkSummary, PictureSize } from '../../../training/architectures/architecture';
import { penaltyWarnings } from '../../../training/architectures/penalties';
import { trainableIn } from '../../../core/model/layersModel/trainable';
import type { LayersModel } from '../../../core/model/trainableNetwork';
import { inputEvidence } from '../../../runtime/inputEvidence';
import { explainReading } from './failures';

export interface NetworkFacts {
  readonly summary: NetworkSummary;
  readonly input: PictureSize;
  /** Length of the last axis of the output. */
  readonly classes: number;
}

/**
 * The layers of a network with their output shapes and numbers of parameters, as readers see them. A layer that is used more
 * than once is listed once. Throws `UserError` for networks that cannot be read or do not take one picture.
 */
export function summarise(model: LayersModel): NetworkFacts {
  try {
    return read(model);
  } catch (error) {
    throw explainReading(error);
  }
}

function read({ topology, weights }: LayersModel): NetworkFacts {
  const layers = new Map<string, Omit<LayerSummary, 'parameters'>>();
  const owned = new Map<string, Set<string>>();
  const tensors = new Map(weights.map(({ name, shape, data }) => [name, { type: 'float32' as const, shape, data }]));
  const names = new Map<object, string>([...tensors].map(([name, tensor]) => [tensor, name]));
  const source = weightsByName(tensors);
  let last: readonly number[] = [];
  const graph = readLayers(
    topology as JsonObject,
    (place, name, index) => {
      const tensor = source(place, name, index);
      const key = place.names.join('/');
      if (tensor) owned.set(key, (owned.get(key) ?? new Set()).add(names.get(tensor)!));
      return tensor;
    },
    {
      observe: ({ names: path, className, shape }) => {
        last = shape.slice(1);
        const name = path.join('/');
        if (!layers.has(name)) layers.set(name, { name, type: className, output: last });
      },
    },
  );
  const isTrainable = trainableIn(topology);
  const warnings = penaltyWarnings(topology);
  const count = (list: Iterable<string>): number =>
    [...list].reduce((sum, name) => sum + (tensors.get(name)?.data.length ?? 0), 0);
  const used = [...new Set([...owned.values()].flatMap((list) => [...list]))];
  return {
    summary: {
      name: nameOf(topology),
      layers: [...layers.values()].map((layer) => ({ ...layer, parameters: count(owned.get(layer.name) ?? []) })),
      parameters: count(used),
      trainableParameters: count(used.filter(isTrainable)),
      ...(warnings.length > 0 && { warnings }),
    },
    input: pictureSize(graph),
    classes: last.at(-1) ?? 0,
  };
}

function pictureSize(graph: Graph): PictureSize {
  const shape = (graph.inputs[0]?.shape ?? []).slice(1);
  const { height, width, channels } = readInputShape(shape, inputEvidence(graph));
  if (height !== undefined && width !== undefined && (channels === 1 || channels === 3))
    return { height, width, channels };
  throw new UserError(
    'model-unsupported',
    `The network takes an input of [${shape.join(', ')}], which is no grey or colour picture of a stated size.`,
    'Choose a network that takes height × width × 1 or 3.',
  );
}

function nameOf(topology: LayersModel['topology']): string {
  const model = (topology.model_config ?? topology) as { readonly config?: { readonly name?: unknown } };
  return typeof model.config?.name === 'string' ? model.config.name : 'network';
}
