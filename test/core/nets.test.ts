import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/core/model/classifier';
import { basicNet2, derive, linearNet, type Net, oneConvolutionNet, squareLossNet, tanhNet } from './nets';

/** The nets are the ground that other tests stand on: their closed-form gradients against central differences. */
const smooth: readonly (readonly [string, Net, number])[] = [
  ['linear', linearNet([[1, -2, 0.5], [0, 3, -1]], [0.2, -0.1]), 3],
  ['tanh', tanhNet([[0.5, -1, 2], [1, 0.3, -0.7]], [[1, -1], [0.5, 2], [-2, 0.1]]), 3],
  ['square loss', squareLossNet([1, -2]), 2],
]; // prettier-ignore

const objectives: readonly Objective[] = [
  { kind: 'logit', classIndex: 1 },
  { kind: 'probability', classIndex: 0 },
  { kind: 'log-probability', classIndex: 1 },
  { kind: 'cross-entropy', label: 1 },
];

describe.each(smooth)('the %s net', (_name, net, pixels) => {
  it.each(objectives)('has the derivatives that central differences find ($kind)', (objective) => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: pixels, maxLength: pixels }),
        (x) => {
          expectCentralDifferences(net, x, objective);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the piecewise linear nets', () => {
  it.each([
    ['one convolution', oneConvolutionNet, Array.from({ length: 16 }, (_, index) => index)],
    ['BasicModel2', basicNet2, [3, 1]],
  ] as const)('%s has the derivatives that central differences find', (_name, net, x) => {
    expectCentralDifferences(net, x, { kind: 'logit', classIndex: 0 });
  });
});

function expectCentralDifferences(net: Net, x: readonly number[], objective: Objective): void {
  const h = 1e-5;
  const { gradient } = derive(net, x, objective);
  for (const [pixel, derivative] of gradient.entries()) {
    const at = (shift: number) => derive(net, x.with(pixel, x[pixel]! + shift), objective).value;
    expect(derivative).toBeCloseTo((at(h) - at(-h)) / (2 * h), 5);
  }
}
