import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/core/errors';
import { resolveParameters } from '../../src/core/method/parameters';
import { metrics } from '../../src/core/metric/registry';
import { attributionRecord } from '../../src/core/result/kinds/attribution';
import { read } from '../../src/core/schema/schema';
import type { JobProgress } from '../../src/engine/calls/service';
import { createService } from '../../src/engine/usecases/localService';
import { load, randomNumbers } from '../runtime/support';
import { makeFolder } from './support/folder';
import { type LinearModel, logitsOf, softmax, writeGreyPng, writeLinearModel } from './support/linearModel';

const bytes = Array.from({ length: 20 }, (_, index) => (index * 83 + 31) % 256);
const pixels = bytes.map((value) => value / 255);
const linear: LinearModel = {
  height: 4,
  width: 5,
  weights: pixels.map((_, index) => [Math.sin(7 * index), Math.cos(5 * index), Math.sin(3 * index + 1)]),
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
};
const service = createService();
const folder = makeFolder();
const at = (name: string) => path.join(folder.path, name);
const request = {
  model: { path: at('linear/model.json') },
  image: { path: at('x.png') },
  method: 'gradient',
  class: 'dog',
};

beforeAll(async () => {
  writeLinearModel(at('linear'), linear);
  await writeGreyPng(at('x.png'), bytes, 5, 4);
  await writeGreyPng(at('y.png'), [...bytes].reverse(), 5, 4);
});
afterAll(async () => {
  await service.dispose();
  folder.remove();
});

const weightsOf = (index: number) => linear.weights.map((row) => row[index]!);

describe('sets on a convolutional network', () => {
  it('agree to rounding in calls of any size, and repeat themselves to the bit', async () => {
    const classifier = await load(path.resolve(import.meta.dirname, '../../media/models/flowers'), 'onnx');
    const { height, width } = classifier.info.input;
    const subjects = [1, 2].map((seed) => {
      const image = { data: randomNumbers(3 * height * width, seed), height, width, channels: 3 as const };
      const map = { ...image, data: randomNumbers(3 * height * width, seed + 2).map((value) => value - 0.5) };
      const objective = { kind: 'logit', classIndex: seed } as const;
      return { image, map, objective, seed, attribute: () => Promise.reject(new Error('not asked')) };
    });
    for (const { id, run, parameters: declared } of metrics.filter(({ needs }) => !needs.includes('method'))) {
      const parameters = resolveParameters(declared, {});
      const together = await run(classifier, subjects, parameters, {});
      expect(await run(classifier, subjects, parameters, {}), id).toEqual(together);
      const oneByOne = await run(classifier, subjects, parameters, { memory: 1 });
      const five = await run(classifier, subjects, parameters, { memory: 5 * 4 * 3 * height * width });
      together.forEach(({ value }, index) => {
        expect(value, id).toBeGreaterThan(0);
        for (const other of [oneByOne, five]) expect(other[index]!.value / value, id).toBeCloseTo(1, 4);
      });
    }
    await classifier.dispose();
  });
});

describe('evaluating', () => {
  it('measures all metrics beside their controls, in the record of the map', async () => {
    const { record, map } = await service.evaluate(request);
    const alone = await service.attribute(request);
    expect(map).toEqual(alone.map);
    expect(record).toMatchObject({ kind: 'attribution', method: 'gradient', objective: { className: 'dog' } });
    const found = new Map(record.measurements!.map((each) => [each.metric, each]));
    expect([...found.keys()]).toEqual(['deletion', 'insertion', 'infidelity', 'max-sensitivity']);
    // The gradient of a linear model is what it is everywhere, and tells every change.
    expect(found.get('max-sensitivity')!.value).toBe(0);
    expect(found.get('infidelity')!.value).toBeLessThan(1e-12);
    for (const { controls, better, value } of [found.get('max-sensitivity')!, found.get('infidelity')!]) {
      expect(better).toBe('lower');
      for (const control of controls) expect(control.value).toBeGreaterThan(value);
    }
    // Among 20 pixels, two at a time, the gradient takes those away first whose weights are largest.
    const order = weightsOf(1)
      .map((weight, index) => ({ weight, index }))
      .sort((a, b) => b.weight - a.weight)
      .map(({ index }) => index);
    const curve = Array.from({ length: 11 }, (_, step) => {
      const left = pixels.map((value, index) => (order.indexOf(index) < 2 * step ? 0 : value));
      return softmax(logitsOf(linear, left))[1]!;
    });
    curve.forEach((value, step) => expect(found.get('deletion')!.curve!.y[step]).toBeCloseTo(value, 5));
    const area = curve.slice(1).reduce((sum, value, step) => sum + (value + curve[step]!) / 20, 0);
    expect(found.get('deletion')!.value).toBeCloseTo(area, 6);
    expect(found.get('deletion')!.controls.every(({ curve: line }) => line?.x.length === 11)).toBe(true);
  });

  it('keeps what was measured in a record that is written and read', async () => {
    const { record } = await service.evaluate({ ...request, metrics: [{ id: 'deletion', parameters: { steps: 4 } }] });
    expect(read(attributionRecord, JSON.parse(JSON.stringify(record)))).toEqual(record);
    const lost = { ...record, measurements: record.measurements!.map((each) => ({ ...each, value: NaN })) };
    expect(read(attributionRecord, JSON.parse(JSON.stringify(lost))).measurements![0]!.value).toBeNaN();
    const { measurements, ...before } = record;
    expect(measurements).toHaveLength(1);
    expect(read(attributionRecord, before)).toEqual(before);
  });

  it('finds the same bits for the same seed, others for another one and another picture', async () => {
    const found = async (change: object) =>
      (await service.evaluate({ ...request, method: 'input-x-gradient', ...change })).record.measurements!.map(
        ({ metric, value, controls, seed }) => ({ metric, value, seed, controls }),
      );
    const first = await found({ seed: 3 });
    expect(await found({ seed: 3 })).toEqual(first);
    const other = await found({ seed: 4 });
    const elsewhere = await found({ seed: 3, image: { path: at('y.png') } });
    first.forEach(({ seed, controls }, index) => {
      expect(other[index]!.controls[0]).not.toEqual(controls[0]);
      expect(elsewhere[index]!.seed).not.toBe(seed);
    });
  });

  it('measures what the method was asked: its parameters, its objective, its layer', async () => {
    const asked = { ...request, method: 'smooth-grad', parameters: { samples: 3, of: 'input-x-gradient' } };
    const [sensitivity] = (await service.evaluate({ ...asked, metrics: [{ id: 'max-sensitivity' }] })).record
      .measurements!;
    // (a + ε) ∘ w moves by w ∘ ε of the perturbation alone, since the noisy copies are the same.
    const bound = (0.02 * Math.hypot(...weightsOf(1))) / Math.hypot(...weightsOf(1).map((w, i) => w * pixels[i]!));
    expect(sensitivity!.value).toBeGreaterThan(bound / 4);
    expect(sensitivity!.value).toBeLessThan(2 * bound);
    const margin = { ...request, against: 'owl', metrics: [{ id: 'infidelity' }, { id: 'deletion' }] };
    const [infidelity, deletion] = (await service.evaluate(margin)).record.measurements!;
    expect(infidelity!.value).toBeLessThan(1e-12);
    const [z, , k] = [1, 0, 2].map((index) => logitsOf(linear, pixels)[index]!);
    expect(deletion!.curve!.y[0]).toBeCloseTo(z! - k!, 5);
    expect(deletion!.warnings.join()).toMatch(/difference of logits/);
  });

  it('tells its progress as one, up to the end, and can be stopped', async () => {
    const seen: JobProgress[] = [];
    await service.evaluate(request, { progress: (progress) => seen.push(progress) });
    const computing = seen.filter(({ stage }) => stage === 'compute').slice(1);
    computing.slice(1).forEach(({ done }, index) => expect(done).toBeGreaterThanOrEqual(computing[index]!.done));
    expect(new Set(computing.map(({ total }) => total)).size).toBe(1);
    expect(computing.at(-1)!.done).toBe(computing.at(-1)!.total);
    const controller = new AbortController();
    const progress = ({ stage, done, total }: JobProgress) => {
      if (stage === 'compute' && total > 1 && done / total > 0.3) controller.abort();
    };
    await expect(service.evaluate(request, { signal: controller.signal, progress })).rejects.toThrow(CancelledError);
  });

  it.each([
    [{ metrics: [{ id: 'beauty' }] }, { code: 'unknown-method', message: /beauty/ }],
    [{ metrics: [{ id: 'deletion', parameters: { steps: 0 } }] }, { code: 'parameter', message: /"0".*steps/ }],
    [{ metrics: [{ id: 'deletion', parameters: { colour: 1 } }] }, { code: 'parameter', message: /colour/ }],
    [{ method: 'training-integrated' }, { code: 'parameter', message: /checkpoints/ }],
    [{ method: 'astrology' }, { code: 'unknown-method', message: /astrology/ }],
    [{ class: 'unicorn' }, { code: 'unknown-class', message: /unicorn/ }],
  ])('refuses %j', async (change, { code, message }) => {
    await expect(service.evaluate({ ...request, ...change })).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', code, message: expect.stringMatching(message) as string }),
    );
  });
});
