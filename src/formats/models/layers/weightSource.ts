import type { Tensor } from '../../../core/graph/tensor';

export type FloatTensor = Extract<Tensor, { type: 'float32' }>;

/** Which layer asks for its weights. */
export interface LayerPlace {
  /** Names of the nested models that hold the layer, from the outside in, and the layer's own. */
  readonly names: readonly string[];
  /** The same way as Keras 3 writes it: class names in snake case, counted within each model. */
  readonly path: readonly string[];
}

/**
 * Finds a layer's weight by name, e.g. `kernel`, `bias`, `gamma`; `/` separates a part of a layer (`query/kernel`). `index` is
 * the weight's place among those of the layer or part. Undefined: there is none.
 */
export type WeightSource = (place: LayerPlace, name: string, index: number) => FloatTensor | undefined;

/** Weights that were renamed between versions. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  depthwise_kernel: ['kernel'],
  kernel: ['depthwise_kernel'],
  moving_mean: ['running_mean'],
  moving_variance: ['running_var'],
};

/**
 * Weights by the names that TensorFlow.js and older Keras files give them: `layer/weight`, perhaps after the names of models.
 * The longest agreement with the layer's place wins; an ending that fits several arrays and none better names nothing.
 */
export function weightsByName(weights: ReadonlyMap<string, Tensor>): WeightSource {
  const byEnding = new Map<string, string[]>();
  for (const name of weights.keys()) {
    const parts = plainName(name).split('/');
    for (let from = 0; from < Math.min(parts.length, 64); from++) {
      const ending = parts.slice(from).join('/');
      const list = byEnding.get(ending);
      if (list) list.push(name);
      else byEnding.set(ending, [name]);
    }
  }
  return ({ names }, weight) => {
    const endings = [weight, ...aliases(weight)].flatMap((each) =>
      names.map((_, from) => [...names.slice(from), each].join('/')),
    );
    for (const ending of endings) {
      const found = byEnding.get(ending) ?? [];
      const exact = found.find((name) => plainName(name) === ending);
      const tensor = weights.get(exact ?? (found.length === 1 ? found[0]! : ''));
      if (tensor?.type === 'float32') return tensor;
    }
    return undefined;
  };
}

function plainName(name: string): string {
  return name.replace(/:\d+$/, '');
}

function aliases(weight: string): string[] {
  const at = weight.lastIndexOf('/') + 1;
  return (OTHER_NAMES[weight.slice(at)] ?? []).map((other) => weight.slice(0, at) + other);
}
