import { UserError } from '../../errors';

/** A rule for ∫₀¹ f(α) dα ≈ Σ weights[i]·f(nodes[i]). */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

export const QUADRATURE_RULES = {
  'gauss-legendre': gaussLegendre,
  'riemann-middle': (steps) => riemann(steps, 0.5),
  'riemann-left': (steps) => riemann(steps, 0),
  'riemann-right': (steps) => riemann(steps, 1),
  'riemann-trapezoid': trapezoid,
} as const satisfies Readonly<Record<string, (steps: number) => Quadrature>>;

export type QuadratureRule = keyof typeof QUADRATURE_RULES;

/**
 * `steps`-point Gauss–Legendre rule on [0, 1], exact for polynomials of degree below 2·steps: nodes are the roots of the Legendre
 * polynomial Pₙ, found by Newton's method from cos(π(i + ¾)/(n + ½)); weights 1 / ((1 − x²)·Pₙ′(x)²) after mapping to [0, 1].
 * Ascending. Source: Abramowitz & Stegun 25.4.29.
 */
function gaussLegendre(steps: number): Quadrature {
  const nodes = new Float64Array(steps);
  const weights = new Float64Array(steps);
  for (let index = 0; index < steps; index++) {
    let x = -Math.cos((Math.PI * (index + 0.75)) / (steps + 0.5));
    let { value, slope } = legendre(steps, x);
    for (let round = 0; round < MOST_ROUNDS && Math.abs(value / slope) > 1e-16; round++) {
      x -= value / slope;
      ({ value, slope } = legendre(steps, x));
    }
    nodes[index] = (1 + x) / 2;
    weights[index] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

const MOST_ROUNDS = 20;

/** Pₙ(x) and Pₙ′(x) by Bonnet's recursion, |x| < 1. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let previous = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
  return { value, slope: (degree * (x * value - previous)) / (x * x - 1) };
}

/** Equal weights at (i + offset) / steps. */
function riemann(steps: number, offset: number): Quadrature {
  return {
    nodes: Float64Array.from({ length: steps }, (_, index) => (index + offset) / steps),
    weights: new Float64Array(steps).fill(1 / steps),
  };
}

/** `steps` nodes from 0 to 1, both included; the ends count half, so the weights sum to 1 (Captum's sum to (n − 1) / n). */
function trapezoid(steps: number): Quadrature {
  if (steps < 2)
    throw new UserError('parameter', 'The trapezoid rule needs both ends of the path.', 'Use 2 steps or more.');
  const weight = 1 / (steps - 1);
  return {
    nodes: Float64Array.from({ length: steps }, (_, index) => index / (steps - 1)),
    weights: Float64Array.from({ length: steps }, (_, index) =>
      index === 0 || index === steps - 1 ? weight / 2 : weight,
    ),
  };
}
