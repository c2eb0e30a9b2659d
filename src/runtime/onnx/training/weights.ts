import { sizeOf } from '../../../core/graph/tensor';
import type { TrainableWeight } from '../../../core/model/trainableNetwork';
import type { NamedParameter } from './trainableModel';

/** All weights one after the other in one piece of memory, and their gradients in another. */
export interface Weights {
  readonly list: readonly TrainableWeight[];
  /** By the name of the graph's input. */
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

export function createWeights(parameters: readonly NamedParameter[]): Weights {
  const sizes = parameters.map(({ source }) => sizeOf(source.shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const [allValues, allGradients] = [new Float32Array(total), new Float32Array(total)];
  const values = new Map<string, Float32Array>();
  const gradients = new Map<string, Float32Array>();
  let offset = 0;
  const list = parameters.map(({ name, input, source, trainable }, index) => {
    const own = allValues.subarray(offset, offset + sizes[index]!);
    const gradient = allGradients.subarray(offset, trainable ? offset + sizes[index]! : offset);
    offset += sizes[index]!;
    own.set(source.data);
    values.set(input, own);
    if (trainable) gradients.set(input, gradient);
    return { name, shape: source.shape, trainable, values: own, gradient };
  });
  return { list, values, gradients };
}
