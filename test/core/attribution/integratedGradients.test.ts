import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integratedGradients } from '../../../src/core/attribution/integratedGradients';
import type { Attribution } from '../../../src/core/attribution/method';
import { pathGradient } from '../../../src/core/attribution/path/pathGradient';
import { QUADRATURE_RULES } from '../../../src/core/attribution/path/quadrature';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Objective } from '../../../src/core/model/classifier';
import { basicNet, basicNet2, classifierOf, imageOf, linearNet, type Net, rowImage, tanhNet } from '../nets';

const LOGIT: Objective = { kind: 'logit', classIndex: 0 };

interface Given extends Record<string, unknown> {
  readonly seed?: number;
}

function attribute(net: Net, image: PixelImage, { seed = 0, ...given }: Given = {}, objective = LOGIT) {
  const parameters = resolveParameters(integratedGradients.parameters, given);
  return integratedGradients.run(classifierOf(net), image, objective, parameters, { seed });
}

const mapOf = async (...values: Parameters<typeof attribute>) => [...(await attribute(...values)).map.data];

function expectClose(actual: readonly number[], expected: readonly number[], digits = 5) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, digits));
}

/** f = 5a + b² + sin c: PAIR's test function. */
const smooth: Net = {
  height: 1,
  width: 3,
  channels: 1,
  logits: ([a, b, c]) => [5 * a! + b! ** 2 + Math.sin(c!)],
  jacobian: ([, b, c]) => [[5, 2 * b!, Math.cos(c!)]],
};
/** f = Σ aᵢ² */
const quadratic: Net = {
  height: 1,
  width: 3,
  channels: 1,
  logits: (x) => [x.reduce((sum, value) => sum + value ** 2, 0)],
  jacobian: (x) => [x.map((value) => 2 * value)],
};
const curved = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2], [0.5, 1]]); // prettier-ignore

describe('known answers', () => {
  it.each([
    ['gauss-legendre', [1.5, -0.5]],
    ['riemann-middle', [1.5, -0.5]],
    ['riemann-right', [1.5, -0.5]],
    ['riemann-left', [1.44, -0.48]],
  ])('Captum’s BasicModel2 at (3, 1) by %s', async (rule, expected) => {
    expectClose(await mapOf(basicNet2, rowImage(3, 1), { rule }), expected, 6);
  });

  it('the same without the factor a − a′; the other form of the same function gives the same', async () => {
    expectClose(await mapOf(basicNet2, rowImage(3, 1), { multiplyByInputs: false }), [0.5, -0.5], 6);
    const other: Net = {
      ...basicNet2,
      logits: ([x1, x2]) => [Math.max(0, Math.max(0, x1! - 1) - Math.max(0, x2!)), 0],
      jacobian: ([x1, x2]) => {
        const open = x1! - 1 - x2! > 0 ? 1 : 0;
        return [[open, -open], [0, 0]]; // prettier-ignore
      },
    };
    expectClose(await mapOf(other, rowImage(3, 1)), [1.5, -0.5], 6);
  });

  it('Captum’s BasicModel: each pixel adds min(x, 1)', async () => {
    const { map, delta } = await attribute(basicNet(6), rowImage(1, 2, 4, 0, -1, 0.5), {
      steps: 64,
      rule: 'riemann-middle',
    });
    expectClose([...map.data], [1, 1, 1, 0, -1, 0.5]);
    expect(delta).toBeCloseTo(0, 5);
  });

  it('PAIR’s 5a + b² + sin c from black', async () => {
    const exact = [5, 4, Math.sin(3)];
    expectClose(await mapOf(smooth, rowImage(1, 2, 3), { steps: 10 }), exact, 6);
    expectClose(await mapOf(smooth, rowImage(1, 2, 3), { rule: 'riemann-trapezoid' }), exact, 3);
  });

  it('a quadratic is exact with one Gauss point, from any baseline', async () => {
    const image = rowImage(0.25, 0.5, 1);
    expectClose(await mapOf(quadratic, image, { steps: 1 }), [0.0625, 0.25, 1], 6);
    const white = await attribute(quadratic, image, { steps: 1, baseline: 'white' });
    expectClose([...white.map.data], [0.0625 - 1, 0.25 - 1, 0], 6);
    expect(white.delta).toBeCloseTo(0, 6);
    const m = (0.25 + 0.5 + 1) / 3;
    const mean = await mapOf(quadratic, image, { steps: 1, baseline: 'mean' });
    expectClose(mean, [0.0625 - m * m, 0.25 - m * m, 1 - m * m], 6);
  });
});

const eighths = fc.integer({ min: -32, max: 32 }).map((value) => value / 8);
const pixel = fc.integer({ min: 0, max: 8 }).map((value) => value / 8);

describe('properties', () => {
  it('a linear model: the map is input × gradient and its sum f(a) − f(0)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(eighths, { minLength: 4, maxLength: 4 }),
        fc.array(pixel, { minLength: 4, maxLength: 4 }),
        fc.constantFrom('gauss-legendre', 'riemann-trapezoid'),
        async (weights, pixels, rule) => {
          const map = await mapOf(linearNet([weights], [3]), rowImage(...pixels), { steps: 3, rule });
          expectClose(map, weights.map((weight, index) => weight * pixels[index]!), 6); // prettier-ignore
        },
      ),
      { numRuns: 40 },
    );
  });

  it('the delta is the error of the sum, and goes to 0 with the steps', async () => {
    const image = rowImage(0.9, 0.6, 0.8);
    const deltas: number[] = [];
    for (const steps of [1, 2, 4, 8]) {
      const { map, delta, value } = await attribute(curved, image, { steps });
      const sum = map.data.reduce((total, element) => total + element, 0);
      expect(delta).toBeCloseTo(sum - (value - curved.logits([0, 0, 0])[0]!), 5);
      deltas.push(Math.abs(delta!));
    }
    expect(deltas[0]).toBeGreaterThan(0.1);
    for (const [index, delta] of deltas.slice(1).entries()) expect(delta).toBeLessThan(deltas[index]!);
    expect(Math.abs((await attribute(curved, image)).delta!)).toBeLessThan(1e-5);
  });

  it('every objective is complete', async () => {
    const objectives: Objective[] = [
      { kind: 'probability', classIndex: 1 },
      { kind: 'log-probability', classIndex: 0 },
      { kind: 'cross-entropy', label: 1 },
    ];
    for (const objective of objectives) {
      const result = await attribute(curved, rowImage(0.9, 0.6, 0.8), { baseline: 'noise', seed: 3 }, objective);
      expect(Math.abs(result.delta!)).toBeLessThan(1e-5);
      expect(result.warnings).toEqual([]);
    }
  });

  it('the size of a chunk does not change the result; only the ends are calls beside the nodes', async () => {
    const image = rowImage(0.9, 0.6, 0.8);
    const rule = QUADRATURE_RULES['gauss-legendre'](13);
    const results = [];
    for (const chunk of [1, 2, 4, 15, 100]) {
      const classifier = classifierOf(curved);
      results.push(await pathGradient(classifier, image, new Float32Array(3), LOGIT, rule, { seed: 0 }, chunk));
      expect(classifier.calls.gradient).toBe(Math.ceil(15 / chunk));
    }
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0]!.scores.count).toBe(1);
    expect(results[0]!.value).toBe(Math.fround(curved.logits([...image.data])[0]!));
    expect(results[0]!.baselineValue).toBe(0);
  });

  it('noise is the seed’s', async () => {
    const image = rowImage(0.9, 0.6, 0.8);
    const draw = (seed: number) => mapOf(curved, image, { baseline: 'noise', seed });
    expect(await draw(4)).toEqual(await draw(4));
    expect(await draw(4)).not.toEqual(await draw(5));
  });
});

describe('refining', () => {
  const image = rowImage(0.9, 0.6, 0.8);

  async function refined(given: Given, net = curved, context = {}) {
    const partials: Attribution[] = [];
    const stages: string[] = [];
    const partial = (outcome: Attribution, stage: string) => {
      partials.push(outcome);
      stages.push(stage);
    };
    const parameters = resolveParameters(integratedGradients.parameters, given);
    const classifier = classifierOf(net);
    const result = await integratedGradients.run(classifier, image, LOGIT, parameters, {
      seed: 0,
      partial,
      ...context,
    });
    return {
      result,
      partials,
      stages,
      calls: classifier.calls.gradient,
      cost: integratedGradients.cost(parameters, image),
    };
  }

  it('doubles the steps until the delta is small enough, and hands out every stage before', async () => {
    const change = curved.logits([...image.data])[0]! - curved.logits([0, 0, 0])[0]!;
    const { result, partials, stages, calls } = await refined({ steps: 1, refine: 0.001 });
    expect(partials.map(({ chosen }) => chosen)).toEqual([{ steps: 1 }, { steps: 2 }, { steps: 4 }]);
    expect(result.chosen).toEqual({ steps: 8 });
    expect(calls).toBe(1 + 2 + 4 + 8 + 4 * 2);
    for (const { delta } of partials) expect(Math.abs(delta!)).toBeGreaterThan(0.001 * Math.abs(change));
    expect(Math.abs(result.delta!)).toBeLessThanOrEqual(0.001 * Math.abs(change));
    const shares = partials.map(({ delta }) => Number(((100 * Math.abs(delta!)) / Math.abs(change)).toPrecision(2)));
    expect(stages).toEqual([1, 2, 4].map((steps, at) => `after ${steps} steps, delta ${shares[at]} %`));
    // Each stage is what its steps alone give.
    for (const stage of [...partials, result])
      expect(stage.map).toEqual((await attribute(curved, image, { ...stage.chosen })).map);
    expect(partials[0]!.warnings.join()).toMatch(/more steps/);
    expect(result.warnings).toEqual([]);
  });

  it('goes by what is missing without the factor, too', async () => {
    const { result } = await refined({ steps: 1, refine: 0.001, multiplyByInputs: false });
    expect(result.chosen).toEqual({ steps: 8 });
    expect(result).not.toHaveProperty('delta');
  });

  it('ends with the most steps and says so; its cost is the sum of all stages', async () => {
    const given = { steps: 3, refine: 1e-6, mostSteps: 10, rule: 'riemann-left' };
    const { result, partials, calls, cost } = await refined(given);
    expect(partials.map(({ chosen }) => chosen)).toEqual([{ steps: 3 }, { steps: 6 }]);
    expect(result.chosen).toEqual({ steps: 10 });
    expect(calls).toBe(3 + 6 + 10 + 3 * 2);
    expect(cost).toEqual({ predictions: 0, gradients: calls });
    expect(result.warnings).toHaveLength(1);
    const close = await refined({ ...given, steps: 500, mostSteps: 900 });
    expect(close.result.warnings.join()).toMatch(/^After 900 steps .* 0\.0001 %/);
    const behind = await refined({ steps: 20, refine: 1e-9, mostSteps: 10, rule: 'riemann-left' });
    expect(behind.result.chosen).toEqual({ steps: 20 });
    expect(behind.result.warnings.join()).toContain('mostSteps is 10, fewer than the 20 steps that it begins with');
  });

  it('says which parameter is to be raised where the delta is large', async () => {
    const said = async (given: Given) => (await refined(given)).result.warnings.join();
    const coarse = { steps: 1, rule: 'riemann-left' };
    expect(await said(coarse)).toMatch(/use more steps, or set refine /);
    expect(await said({ ...coarse, refine: 0.001, mostSteps: 2 })).toMatch(
      /delta .* % of it\): allow more steps with mostSteps\.$/,
    );
    expect(await said({ ...coarse, refine: 1e-6, mostSteps: 1, rule: 'gauss-legendre' })).toMatch(
      /After 1 step |mostSteps/,
    );
  });

  it('takes rounding for none, and does not go on where nothing can be measured', async () => {
    expect((await refined({ steps: 1, refine: 1e-9 }, quadratic)).result.chosen).toEqual({ steps: 1 });
    const overflowing = linearNet([[NaN, 1, 1]]);
    expect(await refined({ steps: 1, refine: 0.1 }, overflowing)).toMatchObject({ partials: [], calls: 3 });
  });

  it('is off by default: one stage, nothing partial, steps as given', async () => {
    const { result, partials, calls } = await refined({ steps: 1 });
    expect(partials).toEqual([]);
    expect(result).not.toHaveProperty('chosen');
    expect(calls).toBe(3);
  });

  it('reports against the points of all stages, and can be stopped by who sees enough', async () => {
    const seen: string[] = [];
    const signal = { aborted: false };
    const context = {
      signal,
      progress: (done: number, total: number) => void seen.push(`${done}/${total}`),
      partial: () => (signal.aborted = true),
    };
    await expect(refined({ steps: 2, refine: 1e-6, mostSteps: 4 }, curved, context)).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['1/10', '2/10', '3/10', '4/10']);
  });
});

describe('what a result says', () => {
  it('shape, scores and value of the image itself; the image is left alone', async () => {
    const image = imageOf([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2, 1, 3);
    const before = image.data.slice();
    const net = linearNet([[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]], [0.5, 0], { height: 2, width: 1, channels: 3 }); // prettier-ignore
    const result = await attribute(net, image, { baseline: 'white' });
    expect(result.map).toMatchObject({ height: 2, width: 1, channels: 3 });
    expect(result.scores).toMatchObject({ count: 1, classes: 2 });
    expect(result.scores.logits[0]).toBeCloseTo(2.6, 5);
    expect(result.value).toBeCloseTo(2.6, 5);
    expect(image.data).toEqual(before);
    expect(result.warnings).toEqual([]);
  });

  it('a delta over 5 % is warned of with what helps; without the factor there is none to report', async () => {
    const coarse = await attribute(curved, rowImage(0.9, 0.6, 0.8), { steps: 1 });
    expect(coarse.warnings).toHaveLength(1);
    expect(coarse.warnings[0]).toMatch(/delta .*more steps/);
    const plain = await attribute(curved, rowImage(0.9, 0.6, 0.8), { multiplyByInputs: false });
    expect(plain).not.toHaveProperty('delta');
    expect(plain.warnings).toEqual([]);
  });

  it('an image that is the baseline, a dead score and an overflow are told apart', async () => {
    const warningsOf = async (...values: Parameters<typeof attribute>) => (await attribute(...values)).warnings.join();
    expect(await warningsOf(linearNet([[1, 2]]), rowImage(0, 0))).toMatch(/another baseline/);
    expect(await warningsOf(linearNet([[0, 0]]), rowImage(1, 1))).toMatch(/gradient is zero everywhere/);
    expect(await warningsOf(linearNet([[NaN, 1]]), rowImage(1, 1))).toMatch(/^1 of 2 /);
  });

  it('refuses steps and baselines that there are not', () => {
    for (const given of [{ steps: 0 }, { steps: 1001 }, { steps: 2.5 }, { baseline: 'grey' }, { rule: 'simpson' }])
      expect(() => resolveParameters(integratedGradients.parameters, given)).toThrow(
        expect.objectContaining({ code: 'parameter' }),
      );
  });
});

describe('cancellation and progress', () => {
  it('stops between calls', async () => {
    const classifier = classifierOf(curved);
    const signal = { aborted: false };
    const seen: string[] = [];
    const progress = (done: number, total: number) => {
      seen.push(`${done}/${total}`);
      if (done >= 3) signal.aborted = true;
    };
    const parameters = resolveParameters(integratedGradients.parameters, { steps: 10 });
    await expect(
      integratedGradients.run(classifier, rowImage(1, 1, 1), LOGIT, parameters, { seed: 0, signal, progress }),
    ).rejects.toThrow(CancelledError);
    expect(classifier.calls.gradient).toBe(3);
    expect(seen).toEqual(['1/12', '2/12', '3/12']);
  });

  it('stops before the first call', async () => {
    const classifier = classifierOf(curved);
    const parameters = resolveParameters(integratedGradients.parameters, {});
    const context = { seed: 0, signal: { aborted: true } };
    await expect(integratedGradients.run(classifier, rowImage(1, 1, 1), LOGIT, parameters, context)).rejects.toThrow(
      CancelledError,
    );
    expect(classifier.calls.gradient).toBe(0);
  });
});
