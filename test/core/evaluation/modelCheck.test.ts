import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/core/errors';
import { checkModel } from '../../../src/core/evaluation/modelCheck';
import { probePictures } from '../../../src/core/evaluation/probePictures';
import type { SecondOpinion } from '../../../src/core/evaluation/secondEngine';
import type { Classifier, Gradients, Scores } from '../../../src/core/model/classifier';
import type { ModelInfo } from '../../../src/core/model/modelInfo';
import type { CheckId, CheckItem, CheckStatus } from '../../../src/core/result/modelCheck';
import { CHECK_TITLES, verdictOf } from '../../../src/core/result/modelCheck';
import { classifierOf, linearNet, tanhNet } from '../nets';

const shape = { height: 3, width: 4, channels: 1 as const };
const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, index) => 2 * Math.sin(12.9898 * (index + 1) + 78.233 * seed));
const rows = (count: number, seed: number) => Array.from({ length: count }, (_, row) => numbers(12, seed + row));
const net = tanhNet(rows(5, 1), [numbers(5, 20), numbers(5, 21), numbers(5, 22)], shape);

const known: Partial<ModelInfo> = { classSource: 'lens.json', operators: { Dense: 2, Tanh: 1 } };

/** The net with some of its behaviour replaced. */
function classifier(changes: Partial<Classifier> = {}, info: Partial<ModelInfo> = {}): Classifier {
  const base = classifierOf(net);
  return { ...base, info: { ...base.info, ...known, ...info }, ...changes };
}

const ALONE: SecondOpinion = { why: 'There is no other.' };

async function check(
  subject: Classifier,
  second: SecondOpinion = ALONE,
): Promise<Record<CheckId, CheckItem> & { readonly all: readonly CheckItem[] }> {
  const all = await checkModel(subject, probePictures(shape, 7), async () => second, {});
  return { ...(Object.fromEntries(all.map((item) => [item.id, item])) as Record<CheckId, CheckItem>), all };
}

function statuses(found: Record<CheckId, CheckItem>, ...ids: CheckId[]): CheckStatus[] {
  return ids.map((id) => found[id].status);
}

function changeScores(change: (logits: Float32Array, count: number) => void): Partial<Classifier> {
  const base = classifierOf(net);
  const changed = (scores: Scores): Scores => {
    change(scores.logits, scores.count);
    return scores;
  };
  return { predict: async (images) => changed(await base.predict(images)) };
}

function changeGradient(change: (gradient: Float32Array) => Float32Array): Partial<Classifier> {
  const base = classifierOf(net);
  return {
    gradient: async (images, objectives): Promise<Gradients> => {
      const found = await base.gradient(images, objectives);
      return { ...found, gradient: change(found.gradient) };
    },
  };
}

describe('a model check', () => {
  it('finds nothing wrong with a net whose derivative is known in closed form', async () => {
    const found = await check(classifier(), classifier({}, { engine: 'wasm' }));
    expect(found.all.map(({ id, status }) => [id, status])).toEqual(
      Object.keys(CHECK_TITLES).map((id) => [id, 'passed']),
    );
    expect(verdictOf(found.all)).toBe('passed');
    expect(found['second-engine'].numbers).toMatchObject({ scoreDifference: 0, gradientDifference: 0 });
    expect(found['second-engine'].numbers.gradientCosine).toBeCloseTo(1, 12);
    expect(JSON.parse(JSON.stringify(found.all))).toEqual(found.all);
  });

  it('tells the norm of a linear net’s weights as its directional derivative', async () => {
    const weights = rows(2, 3);
    const base = classifierOf(linearNet(weights, [0, 1], shape));
    const found = await check({ ...base, info: { ...base.info, ...known } });
    const logits = await base.predict({ ...probePictures(shape, 7)[0], count: 1 });
    const top = logits.logits[0]! > logits.logits[1]! ? 0 : 1;
    const measured = found['finite-differences'].numbers['logit directional derivative'];
    expect(measured).toBeCloseTo(Math.hypot(...weights[top]!), 5);
    expect(found['finite-differences'].status).toBe('passed');
  });

  it('says what is only assumed', async () => {
    const { input } = classifier().info;
    const found = await check(
      classifier(
        {},
        {
          classSource: 'numbered',
          input: { ...input, source: 'assumed' },
          derivative: { missing: {}, zero: { Round: 2 } },
        },
      ),
    );
    expect(statuses(found, 'preprocessing', 'classes', 'operators')).toEqual(['warning', 'warning', 'warning']);
    expect(found.operators.sentence).toContain('Round (2 ×)');
    const stopped = await check(classifier({}, { derivative: { missing: { Mystery: 3 }, zero: {} } }));
    expect(stopped.operators).toMatchObject({ status: 'failed', numbers: { withoutDerivative: 3 } });
    expect(stopped.operators.sentence).toMatch(/Mystery \(3 ×\).*predictions.*still work/);
  });

  it('sees a forward pass that draws random numbers, and compares nothing then', async () => {
    let draw = 0;
    const random = changeScores((logits) => logits.forEach((z, k) => (logits[k] = z * (1 + 1e-3 * (draw++ % 7)))));
    const found = await check(classifier(random), classifier());
    expect(found.deterministic.status).toBe('warning');
    expect(found.deterministic.numbers.relativeDifference).toBeGreaterThan(1e-4);
    expect(statuses(found, 'batch', 'finite-differences', 'second-engine')).toEqual(['skipped', 'skipped', 'skipped']);
    expect(found.gradient.status).toBe('passed');
  });

  it('sees scores that depend on the other pictures of the batch', async () => {
    const centred = changeScores((logits, count) => {
      const mean = logits.reduce((sum, z) => sum + z, 0) / logits.length;
      if (count > 1) logits.forEach((z, index) => (logits[index] = z - mean));
    });
    const found = await check(classifier(centred));
    expect(statuses(found, 'deterministic', 'batch', 'finite-differences')).toEqual(['passed', 'warning', 'passed']);
  });

  it('sees probabilities instead of logits', async () => {
    const declared = await check(classifier({}, { output: { activation: 'probabilities', classes: 3 } }));
    expect(declared.logits.status).toBe('warning');
    const disguised = await check(
      classifier(changeScores((logits) => logits.forEach((z, k) => (logits[k] = 1 / (1 + Math.exp(-z)))))),
    );
    expect(disguised.logits.status).toBe('warning');
    expect(disguised.logits.numbers.largest).toBeLessThanOrEqual(1);
  });

  it('sees gradients that are zero or not finite', async () => {
    const flat = await check(classifier(changeGradient((gradient) => gradient.map(() => 0))));
    expect(statuses(flat, 'gradient', 'finite-differences')).toEqual(['failed', 'skipped']);
    let call = 0;
    const sometimes = changeGradient((gradient) => (call++ === 0 ? gradient.map(() => 0) : gradient));
    expect((await check(classifier(sometimes))).gradient).toMatchObject({ status: 'warning', numbers: { zero: 1 } });
    for (const value of [NaN, Infinity]) {
      const broken = await check(classifier(changeGradient((gradient) => gradient.fill(value, 3, 4))));
      expect(broken.gradient).toMatchObject({ status: 'failed', numbers: { nonFinite: 6 } });
      expect(JSON.parse(JSON.stringify(broken.all))).toEqual(broken.all);
    }
  });

  it.each([
    ['twice as large', (gradient: Float32Array) => gradient.map((g) => 2 * g)],
    ['half as large', (gradient: Float32Array) => gradient.map((g) => g / 2)],
    ['of the other sign', (gradient: Float32Array) => gradient.map((g) => -g)],
    ['upside down', (gradient: Float32Array) => gradient.toReversed()],
  ])('sees a gradient that is %s', async (_, change) => {
    const found = await check(classifier(changeGradient(change)), classifier());
    expect(found['finite-differences'].status).toBe('failed');
    expect(found.gradient.status).toBe('passed');
  });

  it('blames steps, not the gradient, where the network is known to go in steps', async () => {
    const stepped = changeGradient((gradient) => gradient.map((g) => 2 * g));
    const found = await check(classifier(stepped, { operators: { Round: 1, Gemm: 1 } }));
    expect(found['finite-differences'].status).toBe('warning');
    expect(found['finite-differences'].sentence).toContain('Round');
  });

  it('goes on without a gradient', async () => {
    const none: Partial<Classifier> = {
      gradient: () =>
        Promise.reject(new UserError('gradient-unavailable', 'Mystery (3 ×) has none.', 'Predictions still work.')),
    };
    const found = await check(classifier(none), classifier());
    expect(statuses(found, 'runs', 'gradient', 'finite-differences', 'second-engine')).toEqual([
      'passed',
      'failed',
      'skipped',
      'passed',
    ]);
    expect(found.gradient.sentence).toBe('Mystery (3 ×) has none. Predictions still work.');
  });

  it('stops at a model that does not run or gives no numbers', async () => {
    const later: CheckId[] = ['deterministic', 'batch', 'logits', 'gradient', 'finite-differences', 'second-engine'];
    const broken = await check(
      classifier({ predict: () => Promise.reject(new UserError('model-unsupported', 'It fails.', 'Mend it.')) }),
    );
    const nan = await check(classifier(changeScores((logits) => logits.fill(NaN, 0, 1))));
    for (const found of [broken, nan]) {
      expect(found.runs.status).toBe('failed');
      expect(new Set(statuses(found, ...later))).toEqual(new Set(['skipped']));
    }
    expect(broken.runs.sentence).toBe('It fails.');
  });

  it.each([
    [1e-6, 1, 'passed'],
    [1e-3, 1, 'warning'],
    [1e-1, 1, 'failed'],
    [0, 0.995, 'warning'],
    [0, 0.9, 'warning'],
    [1e-3, 0.9, 'failed'],
  ] as const)('compares engines: scores off by %f, gradient turned to cosine %f: %s', async (off, cosine, expected) => {
    const scaled = changeScores((logits) => logits.forEach((z, k) => (logits[k] = z * (1 + off))));
    const turned = changeGradient((gradient) => turn(gradient, cosine));
    const found = await check(classifier(), classifier({ ...scaled, ...turned }));
    expect(found['second-engine'].status).toBe(expected);
    expect(found['second-engine'].numbers.gradientCosine).toBeCloseTo(cosine, 5);
    expect(found['second-engine'].numbers.scoreDifference).toBeCloseTo(off, 6);
  });

  it.each([
    [0.995, 0.0999],
    [0.9, 0.447],
    [-1, 2],
  ])('says that the second engine is off where its gradient is turned to cosine %f', async (cosine, off) => {
    const other = classifier(
      changeGradient((gradient) => turn(gradient, cosine)),
      { engine: 'wasm' },
    );
    const { sentence, numbers, status } = (await check(classifier(), other))['second-engine'];
    expect(status).toBe('warning');
    expect(sentence).toMatch(
      /^The engines (\w+) and wasm differ: .* The second engine is off, not \1, whose numbers hold/,
    );
    expect(sentence).not.toContain('report');
    expect(numbers.secondGradientOff! / off).toBeCloseTo(1, 1);
    expect(numbers.gradientOff).toBeLessThan(0.01);
  });

  it('fails only where the first engine is off, or both are', async () => {
    const turned = (cosine: number) => changeGradient((gradient) => turn(gradient, cosine));
    const ours = (await check(classifier(turned(0.9)), classifier({}, { engine: 'wasm' })))['second-engine'];
    expect(ours).toMatchObject({
      status: 'failed',
      sentence: expect.stringMatching(
        /The engine (\w+) is off: .* of \1 is off by 4[0-9] %.*; please report/,
      ) as unknown,
    });
    expect(ours.numbers.secondGradientOff).toBeLessThan(0.01);
    const both = await check(classifier(turned(0.9)), classifier(turned(-0.5), { engine: 'wasm' }));
    expect(both['second-engine']).toMatchObject({
      status: 'failed',
      sentence: expect.stringContaining('Both are off') as unknown,
    });
    const slightly = await check(classifier(turned(0.998)), classifier({}, { engine: 'wasm' }));
    expect(slightly['second-engine'].status).toBe('warning');
  });

  it('says why there is no second opinion', async () => {
    expect((await check(classifier()))['second-engine']).toMatchObject({ status: 'skipped', sentence: ALONE.why });
    const failing = classifier({
      predict: () => Promise.reject(new UserError('model-unsupported', 'A kernel lacks.', 'Wait.')),
    });
    expect((await check(classifier(), failing))['second-engine']).toMatchObject({ status: 'skipped' });
    const fewer = classifierOf(linearNet(rows(2, 3), [0, 0], shape));
    expect((await check(classifier(), fewer))['second-engine'].status).toBe('failed');
  });

  it('reports progress and stops when told to', async () => {
    const seen: (readonly [number, number])[] = [];
    const controller = new AbortController();
    const run = (signal?: AbortSignal) =>
      checkModel(classifier(), probePictures(shape, 7), async () => ALONE, {
        ...(signal && { signal }),
        progress: (done, total) => {
          seen.push([done, total]);
          if (signal && done === 2) controller.abort();
        },
      });
    await run();
    expect(seen.map(([done]) => done)).toEqual([...seen.keys()]);
    expect(seen.every(([done, total]) => done <= total)).toBe(true);
    await expect(run(controller.signal)).rejects.toBeInstanceOf(CancelledError);
  });

  it('does not hide a defect', async () => {
    const defect = classifier({ gradient: () => Promise.reject(new TypeError('index')) });
    await expect(check(defect)).rejects.toBeInstanceOf(TypeError);
  });
});

/** The vector turned away from itself by the angle with this cosine, of the same length. */
function turn(gradient: Float32Array, cosine: number): Float32Array {
  const aside = Float32Array.from(gradient, (_, index) =>
    index % 2 === 0 ? (gradient[index + 1] ?? 0) : -gradient[index - 1]!,
  );
  const sine = Math.sqrt(1 - cosine ** 2);
  return gradient.map((g, index) => cosine * g + sine * aside[index]!);
}
