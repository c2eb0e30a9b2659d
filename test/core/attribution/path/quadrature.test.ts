import { describe, expect, it } from 'vitest';
import { QUADRATURE_RULES } from '../../../../src/core/attribution/path/quadrature';

const RULES = Object.entries(QUADRATURE_RULES);
const rounded = (values: Float64Array) => Array.from(values, (value) => Number(value.toFixed(10)));
const integral = ({ nodes, weights }: { nodes: Float64Array; weights: Float64Array }, f: (a: number) => number) =>
  nodes.reduce((sum, node, index) => sum + weights[index]! * f(node), 0);

describe('Gauss–Legendre', () => {
  const rule = QUADRATURE_RULES['gauss-legendre'];

  it('has the tabulated nodes and weights', () => {
    expect(rounded(rule(1).nodes)).toEqual([0.5]);
    expect(rounded(rule(2).nodes)).toEqual([0.2113248654, 0.7886751346]);
    const five = rule(5);
    expect(rounded(five.nodes)).toEqual([0.046910077, 0.2307653449, 0.5, 0.7692346551, 0.953089923]);
    expect(rounded(five.weights)).toEqual([0.1184634425, 0.2393143352, 0.2844444444, 0.2393143352, 0.1184634425]);
  });

  it.each([1, 2, 7, 50])('with %i steps integrates every power below 2 · steps', (steps) => {
    for (let power = 0; power < 2 * steps; power++)
      expect(integral(rule(steps), (alpha) => alpha ** power)).toBeCloseTo(1 / (power + 1), 13);
    expect(integral(rule(1), (alpha) => alpha ** 2)).not.toBeCloseTo(1 / 3, 3);
  });

  it('keeps its nodes apart and inside for 1000 steps', () => {
    const { nodes, weights } = rule(1000);
    nodes.forEach((node, index) => expect(node).toBeGreaterThan(index === 0 ? 0 : nodes[index - 1]!));
    expect(nodes.at(-1)).toBeLessThan(1);
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(integral({ nodes, weights }, Math.sin)).toBeCloseTo(1 - Math.cos(1), 13);
  });
});

describe('Riemann sums', () => {
  it('take their nodes where Captum does', () => {
    expect([...QUADRATURE_RULES['riemann-left'](4).nodes]).toEqual([0, 0.25, 0.5, 0.75]);
    expect([...QUADRATURE_RULES['riemann-middle'](4).nodes]).toEqual([0.125, 0.375, 0.625, 0.875]);
    expect([...QUADRATURE_RULES['riemann-right'](4).nodes]).toEqual([0.25, 0.5, 0.75, 1]);
    expect([...QUADRATURE_RULES['riemann-trapezoid'](5).nodes]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('the trapezoid is the true one and needs both ends', () => {
    expect([...QUADRATURE_RULES['riemann-trapezoid'](3).weights]).toEqual([0.25, 0.5, 0.25]);
    expect(() => QUADRATURE_RULES['riemann-trapezoid'](1)).toThrow(expect.objectContaining({ code: 'parameter' }));
  });

  it.each(RULES)('%s: weights sum to 1', (_, rule) => {
    for (const steps of [2, 3, 50]) expect(integral(rule(steps), () => 1)).toBeCloseTo(1, 14);
  });
});
