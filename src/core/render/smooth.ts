import { largestMagnitude } from './order';

/** As many box filters in a row come close to a Gaussian: to 7.5 % of its peak in two dimensions, of the same variance. */
const PASSES = 4;

/**
 * `values`, height × width, smoothed by a Gaussian of standard deviation `sigma` pixels, mirrored at the edges: a constant map stays
 * as it is and the sum is kept. Values that are not finite are left out of their neighbours' means and stay what they are. Linear
 * time for any sigma. Source: Gwosdek, Grewenig, Bruhn, Weickert, Theoretical Foundations of Gaussian Convolution by Extended Box
 * Filtering (2011), Section 2.
 */
export function smooth(values: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return values;
  const isFinite = values.map((value) => Number(value - value === 0));
  if (!isFinite.includes(0)) return blur(values, width, height, sigma);
  const sums = blur(
    values.map((value, pixel) => (isFinite[pixel] ? value : 0)),
    width,
    height,
    sigma,
  );
  const weights = blur(isFinite, width, height, sigma);
  return values.map((value, pixel) => (isFinite[pixel] ? sums[pixel]! / weights[pixel]! : value));
}

/** Of the largest magnitude: less is what running sums leave behind where there is nothing. */
const LEAST_SHARE = 1e-9;

function blur(values: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const box = extendedBox(sigma);
  const rows = blurRows(values, width, box);
  const blurred = transposed(blurRows(transposed(rows, width, height), height, box), height, width);
  const least = LEAST_SHARE * largestMagnitude(values);
  for (let pixel = 0; pixel < blurred.length; pixel++) if (Math.abs(blurred[pixel]!) < least) blurred[pixel] = 0;
  return blurred;
}

/** A box of 2·radius + 1 ones and, at both ends, a share of one. */
interface ExtendedBox {
  readonly radius: number;
  readonly end: number;
}

/** The box whose {@link PASSES}-fold application has the variance sigma². */
function extendedBox(sigma: number): ExtendedBox {
  const variance = sigma ** 2 / PASSES;
  const radius = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const length = 2 * radius + 1;
  const end = (length * (radius * (radius + 1) - 3 * variance)) / (6 * (variance - (radius + 1) ** 2));
  return { radius, end };
}

function blurRows(values: Float32Array, width: number, box: ExtendedBox): Float32Array {
  const reach = box.radius + 1;
  const blurred = new Float32Array(values.length);
  // Sums of a running window lose digits in single precision.
  const line = new Float64Array(width + 2 * reach);
  const next = new Float64Array(width);
  for (let start = 0; start < values.length; start += width) {
    for (let x = 0; x < width; x++) next[x] = values[start + x]!;
    for (let pass = 0; pass < PASSES; pass++) {
      line.set(next, reach);
      for (let beyond = 1; beyond <= reach; beyond++) {
        line[reach - beyond] = next[mirrored(-beyond, width)]!;
        line[reach + width - 1 + beyond] = next[mirrored(width - 1 + beyond, width)]!;
      }
      runBox(line, next, box);
    }
    for (let x = 0; x < width; x++) blurred[start + x] = next[x]!;
  }
  return blurred;
}

/** next[x] = mean of `line` under the box centred at x; `line` has radius + 1 values more at both ends. */
function runBox(line: Float64Array, next: Float64Array, { radius, end }: ExtendedBox): void {
  const weight = 1 / (2 * radius + 1 + 2 * end);
  const whole = 2 * radius + 1;
  let sum = 0;
  for (let place = 1; place <= whole; place++) sum += line[place]!;
  for (let x = 0; x < next.length; x++) {
    next[x] = weight * (sum + end * (line[x]! + line[x + whole + 1]!));
    sum += line[x + whole + 1]! - line[x + 1]!;
  }
}

/** The place in 0 … length − 1 that a place beyond the edge mirrors; edges are doubled (… b a | a b …). */
function mirrored(place: number, length: number): number {
  const period = 2 * length;
  const within = ((place % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

function transposed(values: Float32Array, width: number, height: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[x * height + y] = values[y * width + x]!;
  return turned;
}
