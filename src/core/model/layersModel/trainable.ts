import { layerOfWeight } from './layerOfWeight';

/** Statistics that are counted, not learned. */
const STATISTICS = /^(moving_mean|moving_variance|running_mean|running_var)$/;

/** Tells of a weight by its name whether it is trained: its layer is not frozen, and it is no statistic of the data. */
export function trainableIn(topology: Readonly<Record<string, unknown>>): (weight: string) => boolean {
  const layerOf = layerOfWeight(topology);
  return (weight) => {
    const layer = layerOf(weight);
    const own = weight.replace(/:\d+$/, '').split('/').at(-1)!;
    return layer?.trainable === true && layer.className !== 'Normalization' && !STATISTICS.test(own);
  };
}
