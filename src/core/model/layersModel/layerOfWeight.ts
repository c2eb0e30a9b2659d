type Entry = Readonly<Record<string, unknown>>;

export interface WeightedLayer {
  readonly className: string;
  readonly config: Entry;
  /** False if it, or a model around it, is frozen. */
  readonly trainable: boolean;
}

const MAXIMUM_DEPTH = 64;

/** All layers of a model by their names, those of nested models among them. */
export function layersByName(topology: Entry): ReadonlyMap<string, WeightedLayer> {
  const layers = new Map<string, WeightedLayer>();
  const visit = (model: Entry, trainable: boolean, depth: number): void => {
    if (depth > MAXIMUM_DEPTH) return;
    for (const layer of layersIn(model)) {
      const config = entryAt(layer, 'config') ?? {};
      const name = layer.name ?? config.name;
      const own = trainable && config.trainable !== false && layer.trainable !== false;
      if (typeof name === 'string') {
        layers.set(name, { className: String(layer.class_name), config, trainable: own });
      }
      visit(layer, own, depth + 1);
      const wrapped = entryAt(config, 'layer');
      if (wrapped) visit({ config: [wrapped] }, own, depth + 1);
    }
  };
  visit(entryAt(topology, 'model_config') ?? topology, true, 0);
  return layers;
}

/**
 * Finds the layer that a weight belongs to by the weight's name, `layer/kernel` or `model/layer/part/kernel`: the innermost part
 * of the name that is a layer.
 */
export function layerOfWeight(topology: Entry): (weight: string) => WeightedLayer | undefined {
  const layers = layersByName(topology);
  return (weight) =>
    weight
      .split('/')
      .slice(0, -1)
      .reverse()
      .map((part) => layers.get(part))
      .find((layer) => layer !== undefined);
}

/** Keras's older Sequential writes its layers as the configuration itself. */
function layersIn(model: Entry): readonly Entry[] {
  const { config } = model;
  const list = Array.isArray(config) ? config : entryAt(model, 'config')?.layers;
  return Array.isArray(list) ? list.filter(isEntry) : [];
}

function entryAt(parent: Entry, key: string): Entry | undefined {
  const value = parent[key];
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
