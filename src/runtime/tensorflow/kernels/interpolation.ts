/** How positions of the output are taken to those of the input. */
export interface Alignment {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** [output, input] weights of a linear interpolation along one axis, row by row, as TensorFlow's ResizeBilinear computes it. */
export function bilinearWeights(input: number, output: number, alignment: Alignment): Float32Array {
  const scale = scaleOf(input, output, alignment);
  const weights = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const position = alignment.halfPixelCenters ? (o + 0.5) * scale - 0.5 : o * scale;
    const lower = Math.max(0, Math.floor(position));
    const upper = Math.min(input - 1, Math.ceil(position));
    const fraction = upper > lower ? position - lower : 0;
    weights[o * input + Math.min(lower, input - 1)]! += 1 - fraction;
    weights[o * input + upper]! += fraction;
  }
  return weights;
}

/**
 * The same of ResizeNearestNeighbor: a single 1 in each row. `round` takes numbers to those that the backend computes with, since
 * the last digit can decide between two neighbours.
 */
export function nearestWeights(
  input: number,
  output: number,
  alignment: Alignment,
  round: (value: number) => number = Math.fround,
): Float32Array {
  const scale = round(scaleOf(input, output, alignment));
  const weights = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const position = round((alignment.halfPixelCenters ? o + 0.5 : o) * scale);
    const nearest = alignment.alignCorners ? Math.round(position) : Math.floor(position);
    weights[o * input + Math.max(0, Math.min(input - 1, nearest))] = 1;
  }
  return weights;
}

function scaleOf(input: number, output: number, { alignCorners }: Alignment): number {
  return alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
}
