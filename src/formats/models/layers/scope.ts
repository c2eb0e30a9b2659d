import type { GraphBuilder } from '../../../core/graph/builder';
import { floats, type Shape, type Tensor } from '../../../core/graph/tensor';
import type { JsonObject, JsonValue } from '../../json/json';
import type { LayerValue } from './value';
import type { TrainingRecord } from './training';
import type { FloatTensor, LayerPlace, WeightSource } from './weightSource';

/** An argument of a layer's call: a value, a constant of the configuration, or a list of both. */
export type Argument =
  | { readonly kind: 'value'; readonly value: LayerValue }
  | { readonly kind: 'constant'; readonly value: JsonValue }
  | { readonly kind: 'list'; readonly items: readonly Argument[] };

/** What a layer's reader sees. */
export interface LayerScope {
  readonly builder: GraphBuilder;
  readonly className: string;
  readonly config: JsonObject;
  /** 1, 2 or 3: some functions changed their meaning. */
  readonly kerasVersion: number;
  readonly positional: readonly Argument[];
  readonly named: Readonly<Record<string, Argument>>;
  /** A weight as the file has it. `index`: its place among the layer's weights. Throws if missing or of another rank. */
  readonly weight: (name: string, index: number, rank?: number) => FloatTensor;
  /** Name of a constant that is made once for all calls of the layer. */
  readonly constant: (key: string, make: () => Tensor) => string;
  /**
   * Name of a weight in the graph, with its axes in the order `permutation` and reshaped to `shape`: a constant, made once for
   * all calls of the layer, or made of an input in the file's layout if the network is read to be trained and the layer is not
   * frozen.
   */
  readonly parameter: (key: string, tensor: FloatTensor, form?: ParameterForm) => string;
  /** Given if the network is read to be trained and the layer is not frozen. */
  readonly training: TrainingRecord | undefined;
}

export interface ParameterForm {
  readonly permutation?: readonly number[];
  readonly shape?: Shape;
  /** False for moving statistics. */
  readonly trainable?: boolean;
}

export type LayerReader = (scope: LayerScope, inputs: readonly LayerValue[]) => LayerValue | readonly LayerValue[];

/** Constants that are shared by the calls of one layer. */
export type ConstantCache = Map<string, string>;

export function createScope(
  facts: Pick<LayerScope, 'builder' | 'className' | 'config' | 'kerasVersion' | 'positional' | 'named'>,
  place: LayerPlace,
  weights: WeightSource,
  cache: ConstantCache,
  training?: TrainingRecord,
): LayerScope {
  const { builder } = facts;
  const once = (key: string, make: () => string): string => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const name = make();
    cache.set(key, name);
    return name;
  };
  return {
    ...facts,
    training,
    weight: (name, index, rank) => {
      const tensor = weights(place, name, index);
      if (tensor === undefined) throw new Error(`its weights “${name}” are missing`);
      if (rank !== undefined && tensor.shape.length !== rank)
        throw new Error(`its weights “${name}” have the shape [${tensor.shape.join(', ')}]`);
      return tensor;
    },
    constant: (key, make) => once(key, () => builder.constant(make(), key)),
    parameter: (key, tensor, { permutation, shape, trainable = true } = {}) =>
      once(key, () => {
        const order = permutation ?? tensor.shape.map((_, axis) => axis);
        if (training === undefined)
          return builder.constant(permutation || shape ? permuted(tensor, order, shape) : tensor, key);
        const name = builder.input(builder.fresh(key), { type: 'float32', shape: tensor.shape });
        training.parameters.set(name, { source: tensor, trainable });
        const turned = permutation ? builder.add('Transpose', [name], { perm: permutation }) : name;
        return shape ? builder.add('Reshape', [turned, builder.indices(shape)]) : turned;
      }),
  };
}

/** The only input of a layer. */
export function only(inputs: readonly LayerValue[]): LayerValue {
  const [value] = inputs;
  if (value === undefined || inputs.length !== 1) throw new Error(`it has ${inputs.length} inputs instead of one`);
  return value;
}

/** The tensor with its axes in another order. */
function permuted(tensor: FloatTensor, perm: readonly number[], shape?: Shape): FloatTensor {
  const from = tensor.shape;
  const sizes = perm.map((axis) => from[axis]!);
  const strides = new Array<number>(from.length).fill(1);
  for (let axis = from.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * from[axis + 1]!;
  const steps = perm.map((axis) => strides[axis]!);
  const data = new Float32Array(tensor.data.length);
  const position = sizes.map(() => 0);
  let source = 0;
  for (let at = 0; at < data.length; at++) {
    data[at] = tensor.data[source]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return floats(shape ?? sizes, data) as FloatTensor;
}
