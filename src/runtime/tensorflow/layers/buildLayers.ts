import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../core/errors';
import { damaged } from '../../../formats/models/files';
import type { JsonObject } from '../../../formats/json/json';
import type { NamedShape } from './weightMatching';
import { matchWeights } from './weightMatching';
import type { Weight } from '../../../formats/models/weights';

interface WeightMaker {
  addWeight(name: string, shape: (number | null)[], dtype?: string, ...rest: unknown[]): unknown;
}

export interface BuiltLayers {
  readonly model: LayersModel;
  /** For each of the model's weights the index of the given one. */
  readonly sources: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Builds a layers model from a normalised and checked configuration and gives it its weights.
 *
 * Layers may ask for no more numbers than the weight files hold, so a configuration cannot make this allocate without end; they
 * start from zeros, since every weight is set afterwards. Throws `UserError`; frees everything that was built before failing.
 */
export async function buildLayers(config: JsonObject, weights: readonly Weight[]): Promise<BuiltLayers> {
  const before = new Set(Object.keys(tf.engine().registeredVariables));
  try {
    const budget = weights.reduce((sum, { data }) => sum + data.length, 0);
    const model = await withBudget(budget, () => tfl.models.modelFromJSON({ modelTopology: config as never }));
    const variables = model.weights;
    const expected: NamedShape[] = variables.map(({ originalName, shape }) => ({ name: originalName, shape }));
    const { indices, warnings } = matchWeights(expected, weights);
    for (const [i, variable] of variables.entries()) {
      const { data, shape, dtype } = weights[indices[i]!]!;
      const values: Tensor = tf.tensor(data, [...shape], dtype);
      variable.write(dtype === variable.dtype ? values : tf.cast(values, variable.dtype));
      values.dispose();
    }
    return { model, sources: indices, warnings };
  } catch (error) {
    for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
    throw error instanceof UserError ? error : explain(error);
  }
}

/** Building is synchronous up to the promise that it returns, so the prototype is changed for no one else. */
function withBudget<T>(budget: number, build: () => Promise<T>): Promise<T> {
  const prototype = tfl.layers.Layer.prototype as unknown as WeightMaker;
  const original = Reflect.get(prototype, 'addWeight') as (this: WeightMaker, ...args: unknown[]) => unknown;
  let left = budget;
  const zeros = tfl.initializers.zeros();
  prototype.addWeight = function (this: WeightMaker, name, shape, dtype, _initializer, ...rest) {
    left -= shape.reduce<number>((product, length) => product * (length ?? NaN), 1);
    if (!(left >= 0)) throw damaged('The layers need more weights than the weight files hold');
    return original.call(this, name, shape, dtype, zeros, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = original;
  }
}

function explain(error: unknown): UserError {
  const layer = /Unknown layer: (\w+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return Object.assign(
    new UserError(
      'model-unsupported',
      layer === undefined ? 'TensorFlow.js cannot build the model.' : `TensorFlow.js does not have the layer ${layer}.`,
      'Convert it again with the current tensorflowjs_converter.',
    ),
    { cause: error },
  );
}
