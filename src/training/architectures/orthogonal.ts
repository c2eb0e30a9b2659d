import { UserError } from '../../core/errors';
import { drawNormal, type RandomSource } from '../../core/random';

/** Multiplications that drawing one matrix may take. */
const LIMIT = 4e9;

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014): a Gaussian matrix made
 * orthonormal by Gram and Schmidt, twice for rounding. All axes but the last are its rows.
 */
export function orthogonal(shape: readonly number[], gain: number, random: RandomSource): Float32Array {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, side) => product * side, 1);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  if (count * count * length > LIMIT) {
    throw new UserError(
      'model-unsupported',
      `An orthogonal matrix of ${rows} × ${columns} would take too long to draw.`,
      'Go on with the weights of the file instead of fresh ones.',
    );
  }
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, () => drawNormal(random)));
  vectors.forEach((vector, index) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, index)) subtractProjection(vector, other);
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < length; i++) vector[i] = vector[i]! / norm;
  });
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return gain * (rows <= columns ? vectors[row]![column]! : vectors[column]![row]!);
  });
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let product = 0;
  for (let i = 0; i < vector.length; i++) product += vector[i]! * unit[i]!;
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - product * unit[i]!;
}
