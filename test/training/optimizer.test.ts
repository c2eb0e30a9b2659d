import { describe, expect, it } from 'vitest';
import { createRandom, drawNormal } from '../../src/core/random';
import { createOptimizer } from '../../src/training/optimizer';
import type { OptimizerOptions } from '../../src/training/options';
import { weightOf } from './support';

const base: OptimizerOptions = { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0, schedule: 'constant' };

function kernelAndBias() {
  return [
    weightOf('kernel', [2, 2], Float32Array.of(1, -2, 3, 0.5)),
    weightOf('bias', [2], Float32Array.of(0.25, -4)),
  ] as const;
}

function updateWith(options: OptimizerOptions, gradients: readonly (readonly number[])[], steps: number) {
  const weights = kernelAndBias();
  const optimizer = createOptimizer(weights, options);
  for (let step = 0; step < steps; step++) {
    weights.forEach(({ gradient }, index) => gradient.set(gradients[index]!));
    optimizer.update(options.learningRate);
  }
  return weights.map(({ values }) => Array.from(values));
}

const gradients = [
  [0.5, -1, 2, 0],
  [3, -0.125],
];
const start = kernelAndBias().map(({ values }) => Array.from(values));

function expectClose(actual: readonly number[][], expected: (value: number, gradient: number) => number): void {
  actual.forEach((values, index) =>
    values.forEach((value, i) => expect(value).toBeCloseTo(expected(start[index]![i]!, gradients[index]![i]!), 5)),
  );
}

describe('closed forms under a constant gradient g', () => {
  it('sgd: θ − n·η·g', () => {
    expectClose(updateWith(base, gradients, 7), (value, g) => value - 7 * 0.1 * g);
  });

  it('momentum: vₙ = g·(1 − μⁿ)/(1 − μ)', () => {
    const moved = Array.from({ length: 5 }, (_, n) => (1 - 0.9 ** (n + 1)) / 0.1).reduce((sum, v) => sum + v, 0);
    expectClose(updateWith({ ...base, kind: 'momentum' }, gradients, 5), (value, g) => value - 0.1 * g * moved);
  });

  it('adam: every bias-corrected step is η·g/(|g| + ε)', () => {
    expectClose(
      updateWith({ ...base, kind: 'adam' }, gradients, 9),
      (value, g) => value - (9 * 0.1 * g) / (Math.abs(g) + 1e-8),
    );
  });
});

it('adam follows the recurrences of Kingma & Ba in float64 over changing gradients', () => {
  const random = createRandom(3);
  const weight = weightOf(
    'kernel',
    [4, 5],
    Float32Array.from({ length: 20 }, () => drawNormal(random)),
  );
  const reference = Array.from(weight.values, (value) => ({ value, m: 0, v: 0 }));
  const optimizer = createOptimizer([weight], { ...base, kind: 'adam', weightDecay: 0.05 });
  for (let t = 1; t <= 30; t++) {
    const g = Float32Array.from({ length: 20 }, () => 0.1 * drawNormal(random));
    weight.gradient.set(g);
    optimizer.update(0.01);
    reference.forEach((own, i) => {
      own.m = 0.9 * own.m + 0.1 * g[i]!;
      own.v = 0.999 * own.v + 0.001 * g[i]! ** 2;
      const step = own.m / (1 - 0.9 ** t) / (Math.sqrt(own.v / (1 - 0.999 ** t)) + 1e-8);
      own.value -= 0.01 * 0.05 * own.value + 0.01 * step;
    });
  }
  reference.forEach(({ value }, i) => expect(weight.values[i]).toBeCloseTo(value, 5));
});

describe('weight decay', () => {
  it.each(['sgd', 'momentum', 'adam'] as const)('of %s is decoupled and leaves biases alone', (kind) => {
    const still = gradients.map((values) => values.map(() => 0));
    const [kernel, bias] = updateWith({ ...base, kind, weightDecay: 0.5 }, still, 3);
    kernel!.forEach((value, i) => expect(value).toBeCloseTo(start[0]![i]! * (1 - 0.1 * 0.5) ** 3, 5));
    expect(bias).toEqual(start[1]);
  });
});

describe('an optimiser', () => {
  it('leaves what is not trainable alone', () => {
    const statistics = { ...weightOf('moving_mean', [2], Float32Array.of(1, 2)), trainable: false };
    const optimizer = createOptimizer([statistics], { ...base, kind: 'adam' });
    optimizer.update(1);
    expect(Array.from(statistics.values)).toEqual([1, 2]);
    expect(optimizer.state.moments).toHaveLength(0);
  });

  it('goes on from a kept state as if it had never stopped', () => {
    const options = { ...base, kind: 'adam' } as const;
    const whole = updateWith(options, gradients, 6);
    const weights = kernelAndBias();
    const first = createOptimizer(weights, options);
    const run = (optimizer: typeof first) => {
      for (let step = 0; step < 3; step++) {
        weights.forEach(({ gradient }, index) => gradient.set(gradients[index]!));
        optimizer.update(0.1);
      }
    };
    run(first);
    const second = createOptimizer(weights, options);
    second.restore(structuredClone(first.state));
    run(second);
    expect(weights.map(({ values }) => Array.from(values))).toEqual(whole);
    expect(() => createOptimizer(weights, base).restore(first.state)).toThrow(RangeError);
  });
});
