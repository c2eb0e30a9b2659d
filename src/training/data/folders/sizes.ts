import type { PictureSize } from '../source';

/** The size that all pictures have, or undefined. */
export function commonSize(sizes: readonly PictureSize[]): PictureSize | undefined {
  const [first] = sizes;
  if (first === undefined) return undefined;
  const { height, width } = first;
  return sizes.every((size) => size.height === height && size.width === width) ? { height, width } : undefined;
}

/** The median height and the median width. */
export function medianSize(sizes: readonly PictureSize[]): PictureSize {
  return {
    height: median(Float64Array.from(sizes, ({ height }) => height)),
    width: median(Float64Array.from(sizes, ({ width }) => width)),
  };
}

function median(values: Float64Array): number {
  return values.sort()[Math.floor(values.length / 2)] ?? 0;
}
