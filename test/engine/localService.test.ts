import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/usecases/localService';
import type { AttackRequest, AttributeRequest } from '../../src/engine/calls/service';
import type { EngineService } from '../../src/engine/calls/table';
import { CancelledError, UserError } from '../../src/core/errors';
import { exactView } from '../../src/core/render/defaultView';
import { attributionRecord } from '../../src/core/result/kinds/attribution';
import { reading } from '../../src/core/schema/schema';
import { decodeNpy, encodeNpy } from '../../src/formats/npy/npy';
import { resultRecord } from '../../src/core/result/kinds';
import { read } from '../../src/core/schema/schema';
import { makeFolder } from './support/folder';
import type { LinearModel } from './support/linearModel';
import { logitsOf, lossGradient, softmax, writeGreyPng, writeLinearModel } from './support/linearModel';

const linear: LinearModel = {
  height: 2,
  width: 2,
  weights: [
    [2, -1, 0.5],
    [-3, 1, 0.25],
    [0.5, 2, -1],
    [1, -2, 1],
  ],
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
};
const bytes = [255, 51, 102, 0];
const pixels = bytes.map((value) => value / 255);
const logits = logitsOf(linear, pixels);
const probabilities = softmax(logits);

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
let service: EngineService;
let modelPath: string;
let attributeRequest: AttributeRequest;
let attackRequest: AttackRequest;

beforeAll(async () => {
  service = createService();
  modelPath = writeLinearModel(at('linear'), linear);
  await writeGreyPng(at('x1.png'), bytes, 2, 2);
  await writeGreyPng(at('dog', 'x2.png'), bytes, 2, 2);
  await writeGreyPng(at('owl_3.png'), bytes, 2, 2);
  const common = { model: { path: modelPath }, engine: 'cpu', image: { path: at('x1.png') } } as const;
  attributeRequest = { ...common, method: 'gradient' };
  attackRequest = { ...common, attack: 'fgsm' };
});
afterAll(async () => {
  await service.dispose();
  folder.remove();
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 5) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, digits));
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await failureOf(promise);
  return error instanceof UserError ? error.code : error;
}

describe('predict', () => {
  it('gives every class, most probable first, and says what was looked at', async () => {
    const { classes, image, model, label } = await service.predict(attributeRequest);
    const order = [0, 1, 2].sort((a, b) => probabilities[b]! - probabilities[a]!);
    expect(classes.map(({ index }) => index)).toEqual(order);
    expect(classes.map(({ name }) => name)).toEqual(order.map((index) => linear.classes[index]));
    expectClose(
      classes.map(({ logit }) => logit),
      order.map((index) => logits[index]!),
    );
    expectClose(
      classes.map(({ probability }) => probability),
      order.map((index) => probabilities[index]!),
    );
    const hash = createHash('sha256')
      .update(readFileSync(at('x1.png')))
      .digest('hex');
    expect(image).toMatchObject({ name: 'x1.png', path: at('x1.png'), hash, width: 2, height: 2 });
    expect(model).toMatchObject({ name: 'Linear', engine: 'cpu', input: { height: 2, width: 2, channels: 1 } });
    expect(model.preprocessing).toMatchObject({ color: 'grayscale', range: [0, 1], mean: [0], std: [1] });
    expect(label).toBeUndefined();
  });

  it('takes the true label from the file name, then from the folder', async () => {
    const inFile = await service.predict({ ...attributeRequest, image: { path: at('owl_3.png') } });
    expect(inFile.label).toEqual({ index: 2, name: 'owl', source: 'file name' });
    const inFolder = await service.predict({ ...attributeRequest, image: { path: at('dog', 'x2.png') } });
    expect(inFolder.label).toEqual({ index: 1, name: 'dog', source: 'folder name' });
  });

  it('takes bytes that are not on the disk, and pixels as they are', async () => {
    const image = { path: 'memfs:/somewhere/x.png', bytes: new Uint8Array(readFileSync(at('x1.png'))) };
    const fromBytes = await service.predict({ ...attributeRequest, image });
    expectClose(
      fromBytes.classes.map(({ logit }) => logit).sort((a, b) => a - b),
      [...logits].sort((a, b) => a - b),
    );
    const exact = [0.123456, 0.9, 0.5004, 0.25];
    writeFileSync(at('x.npy'), encodeNpy(Float32Array.from(exact), [2, 2, 1]));
    const fromNpy = await service.predict({ ...attributeRequest, image: { path: at('x.npy') } });
    expectClose(
      [0, 1, 2].map((index) => fromNpy.classes.find((score) => score.index === index)!.logit),
      logitsOf(linear, exact),
    );
  });
});

describe('attribute', () => {
  it('differentiates the logit of the predicted class: for a linear model its weights', async () => {
    const { record, map, input, classNames } = await service.attribute(attributeRequest);
    const column = linear.weights.map((row) => row[0]!);
    expect(Math.max(...logits)).toBe(logits[0]);
    expectClose(map.data, column);
    expectClose(input.data, pixels);
    expect(classNames).toEqual(linear.classes);
    expect(record).toMatchObject({
      kind: 'attribution',
      version: 1,
      method: 'gradient',
      seed: 0,
      objective: { kind: 'logit', classIndex: 0, className: 'cat' },
    });
    expect(record.objective.value).toBeCloseTo(logits[0]!, 5);
    expect(record.statistics).toMatchObject({ minimum: -3, maximum: 2, nonFinite: 0, state: 'ordinary' });
    expect(record.label).toBeUndefined();
    expect(Object.values(record.timings).every((milliseconds) => milliseconds >= 0)).toBe(true);
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  it('averages over noise and covers windows; what was left to the method stands in the record', async () => {
    const smooth = await service.attribute({ ...attributeRequest, method: 'smooth-grad', class: 'owl' });
    expect([...smooth.map.data]).toEqual(linear.weights.map((row) => row[2]));
    expect(smooth.record.objective.value).toBeCloseTo(logits[2]!, 5);
    const occluded = await service.attribute({ ...attributeRequest, method: 'occlusion', class: 'owl' });
    expectClose(
      occluded.map.data,
      linear.weights.map((row, pixel) => row[2]! * pixels[pixel]!),
    );
    const { parameters, statistics } = occluded.record;
    expect(parameters).toEqual({ window: 1, stride: 1, fill: 'black', mode: 'signed-mean' });
    expect(statistics.sum).toBeCloseTo(logits[2]! - linear.bias[2]!, 5);
    const again = await service.attribute({ ...attributeRequest, method: 'occlusion', class: 'owl', parameters });
    expect(again.map).toEqual(occluded.map);
  });

  it('multiplies as the methods define it, for a class by name', async () => {
    const request = { ...attributeRequest, class: 'dog' };
    const signed = await service.attribute({ ...request, method: 'input-x-gradient' });
    expectClose(
      signed.map.data,
      linear.weights.map((row, index) => row[1]! * pixels[index]!),
    );
    const unsigned = await service.attribute({ ...request, method: 'gradient-x-input' });
    expectClose(
      unsigned.map.data,
      linear.weights.map((row, index) => Math.abs(row[1]!) * pixels[index]!),
    );
    expect(unsigned.record.objective.className).toBe('dog');
  });

  it('holds a class against another one: for a linear model the difference of their weights', async () => {
    const { record, map } = await service.attribute({ ...attributeRequest, class: 'dog', against: 2 });
    expectClose(
      map.data,
      linear.weights.map((row) => row[1]! - row[2]!),
    );
    expect(record.objective).toMatchObject({
      kind: 'combination',
      classIndex: 1,
      className: 'dog',
      against: { classIndex: 2, className: 'owl' },
    });
    expect(record.objective.value).toBeCloseTo(logits[1]! - logits[2]!, 5);
    expect(reading(attributionRecord, JSON.parse(JSON.stringify(record))).misfit).toBeUndefined();
    const predicted = await service.attribute({ ...attributeRequest, against: 'owl' });
    expect(predicted.record.objective).toMatchObject({ className: 'cat', against: { className: 'owl' } });
    await expect(service.attribute({ ...attributeRequest, against: 'cat' })).rejects.toMatchObject({
      code: 'parameter',
      message: 'The class "cat" cannot be explained against itself.',
    });
    for (const objective of ['probability', 'cross-entropy'] as const)
      await expect(service.attribute({ ...attributeRequest, objective, against: 'owl' })).rejects.toMatchObject({
        code: 'parameter',
        hint: 'Leave the objective at logit.',
      });
    await expect(service.attribute({ ...attributeRequest, against: 'cow' })).rejects.toMatchObject({
      code: 'unknown-class',
    });
  });

  it('takes the cross-entropy of the given, the named, or the predicted label, and says which', async () => {
    const request = { ...attributeRequest, objective: 'cross-entropy' } as const;
    const given = await service.attribute({ ...request, label: 'owl' });
    expectClose(given.map.data, lossGradient(linear, pixels, 2));
    expect(given.record.label).toEqual({ index: 2, name: 'owl', source: 'user' });
    expect(given.record.objective.value).toBeCloseTo(-Math.log(probabilities[2]!), 5);
    const named = await service.attribute({ ...request, image: { path: at('dog', 'x2.png') } });
    expectClose(named.map.data, lossGradient(linear, pixels, 1));
    expect(named.record.label?.source).toBe('folder name');
    const predicted = await service.attribute(request);
    expectClose(predicted.map.data, lossGradient(linear, pixels, 0));
    expect(predicted.record.label?.source).toBe('prediction');
    expect(predicted.record.warnings.join()).toContain('true label is not known');
  });

  it('says what of class and true class is not looked at', async () => {
    const loss = { ...attributeRequest, objective: 'cross-entropy', label: 'owl' } as const;
    const both = await service.attribute({ ...loss, class: 'dog' });
    expectClose(both.map.data, lossGradient(linear, pixels, 2));
    expect(both.record.warnings).toContain(
      'The loss is that of the true class "owl"; the class "dog", which was chosen too, is not looked at.',
    );
    expect((await service.attribute({ ...loss, class: 'owl' })).record.warnings).toEqual(
      (await service.attribute(loss)).record.warnings,
    );
    const shown = await service.attribute({ ...attributeRequest, class: 'dog', label: 'owl' });
    expect(shown.record.label).toMatchObject({ name: 'owl', source: 'user' });
    expect(shown.record.warnings.join()).toContain('The true class "owl" is noted and not looked at');
    expect((await service.attribute({ ...attributeRequest, class: 'dog' })).record.warnings).toEqual([]);
  });

  it('refuses what does not exist', async () => {
    expect(await codeOf(service.attribute({ ...attributeRequest, method: 'astrology' }))).toBe('unknown-method');
    expect(await codeOf(service.attribute({ ...attributeRequest, class: 'unicorn' }))).toBe('unknown-class');
    expect(await codeOf(service.attribute({ ...attributeRequest, class: 3 }))).toBe('unknown-class');
    expect(await codeOf(service.attribute({ ...attributeRequest, parameters: { depth: 3 } }))).toBe('parameter');
  });
});

describe('attack', () => {
  it('moves against the label by ε·sign and classifies image, perturbation and result', async () => {
    const epsilon = 0.1;
    const { record, perturbation, adversarial } = await service.attack({ ...attackRequest, epsilon });
    const step = lossGradient(linear, pixels, 0).map((value) => epsilon * Math.sign(value));
    const moved = pixels.map((pixel, index) => Math.min(1, Math.max(0, pixel + step[index]!)));
    expectClose(perturbation.data, step);
    expectClose(adversarial.data, moved);
    expect(record.goal).toEqual({ direction: 'away', label: { index: 0, name: 'cat', source: 'prediction' } });
    expect(record).toMatchObject({ kind: 'attack', attack: 'fgsm', epsilon, startedRight: true });
    const difference = moved.map((value, index) => value - pixels[index]!);
    expect(record.norms.l2).toBeCloseTo(Math.hypot(...difference), 6);
    expect(record.norms.linf).toBeCloseTo(Math.max(...difference.map(Math.abs)), 6);
    const ofPerturbation = softmax(logitsOf(linear, step));
    const ofMoved = softmax(logitsOf(linear, moved));
    for (const [classes, expected] of [
      [record.perturbationClasses, ofPerturbation],
      [record.adversarialClasses, ofMoved],
    ] as const)
      for (const { index, probability } of classes) expect(probability).toBeCloseTo(expected[index]!, 5);
    expect(record.success).toBe(ofMoved.indexOf(Math.max(...ofMoved)) !== 0);
  });

  it('moves towards a target, and knows when it is there already', async () => {
    const towards = await service.attack({ ...attackRequest, epsilon: 0.6, target: 'owl' });
    const gradient = lossGradient(linear, pixels, 2);
    expectClose(
      towards.perturbation.data,
      gradient.map((value) => -0.6 * Math.sign(value)),
    );
    expect(towards.record.goal).toMatchObject({ direction: 'towards', label: { index: 2, source: 'user' } });
    expect(towards.record.startedRight).toBe(true);
    expect(towards.record.success).toBe(towards.record.adversarialClasses[0]!.index === 2);
    expect(await codeOf(service.attack({ ...attackRequest, label: 'owl', target: 2 }))).toBe('parameter');
    const already = await service.attack({ ...attackRequest, target: 'cat' });
    expect(already.record).toMatchObject({ startedRight: false, success: true });
    const wrong = await service.attack({ ...attackRequest, image: { path: at('dog', 'x2.png') } });
    expect(wrong.record).toMatchObject({ startedRight: false, goal: { label: { source: 'folder name' } } });
    expect(wrong.record.warnings.join()).toContain('already before the attack.');
    const left = await service.attack({ ...attackRequest, attack: 'pgd', image: { path: at('dog', 'x2.png') } });
    expect(left.record).toMatchObject({ startedRight: false, success: true, steps: 0, norms: { l0: 0, linf: 0 } });
    expect(left.adversarial.data).toEqual(left.input.data);
    expect(left.record.warnings.join()).toContain('already before the attack, so the picture is left as it is');
  });

  it('tells when rounding to 8 bits undoes the attack', async () => {
    // 0.001 is less than half a step of 1/255: the saved image is the original one.
    const even: LinearModel = {
      ...linear,
      weights: [
        [1, -1],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      bias: [-0.3995, 0.4],
      classes: ['up', 'down'],
    };
    await writeGreyPng(at('even.png'), [102, 0, 0, 0], 2, 2);
    const request = { ...attackRequest, model: { path: writeLinearModel(at('even'), even) } };
    const small = await service.attack({ ...request, epsilon: 0.001, image: { path: at('even.png') } });
    expect(small.record.success).toBe(true);
    expect(small.record.saved).toMatchObject({ success: false, norms: { l0: 0, linf: 0 } });
    expect(small.record.warnings.join()).toContain('8 bits');
    const large = await service.attack({ ...request, epsilon: 0.01, image: { path: at('even.png') } });
    expect(large.record.saved.success).toBe(true);
    expect(large.record.saved.norms.linf).toBeCloseTo(3 / 255, 6);
  });

  it('gives an image that, saved as NPY, is classified as the record says', async () => {
    const { adversarial, record } = await service.attack({ ...attackRequest, epsilon: 0.07 });
    const file = await service.encode({ image: adversarial, format: 'npy' });
    expect(decodeNpy(file, 'a').shape).toEqual([2, 2, 1]);
    writeFileSync(at('adversarial.npy'), file);
    const again = await service.predict({ ...attackRequest, image: { path: at('adversarial.npy') } });
    expect(again.classes).toEqual(record.adversarialClasses);
  });

  it('looks for the smallest change where the attack has no ε, and keeps a record without one', async () => {
    const request = { ...attackRequest, attack: 'deepfool', parameters: { clamp: false } };
    for (const [norm, dual] of [
      ['l2', (w: readonly number[]) => Math.hypot(...w)],
      ['linf', (w: readonly number[]) => w.reduce((sum, value) => sum + Math.abs(value), 0)],
    ] as const) {
      const parameters = { ...request.parameters, norm };
      const { record } = await service.attack({ ...request, parameters });
      const least = [1, 2].map((k) => (logits[0]! - logits[k]!) / dual(linear.weights.map((row) => row[k]! - row[0]!)));
      expect(record.norms[norm]).toBeGreaterThan(Math.min(...least));
      expect(record.norms[norm]).toBeLessThanOrEqual(1.021 * Math.min(...least));
      expect(record).toMatchObject({ attack: 'deepfool', norm, steps: 1, success: true, startedRight: true });
      expect(record).not.toHaveProperty('epsilon');
      expect(read(resultRecord, JSON.parse(JSON.stringify(record)))).toEqual(record);
    }
    expect(await codeOf(service.attack({ ...request, epsilon: 0.1 }))).toBe('parameter');
    expect(await codeOf(service.attack({ ...request, target: 'owl' }))).toBe('parameter');
  });

  it('draws by seed and picture, so that a picture is attacked alike under any name', async () => {
    const request = { ...attackRequest, attack: 'pgd', epsilon: 0.05, label: 'cat', parameters: { steps: 1 } };
    const run = async (seed: number, name: string) =>
      (await service.attack({ ...request, seed, image: { path: at(name) } })).adversarial.data;
    const first = await run(1, 'x1.png');
    expect(await run(1, 'x1.png')).toEqual(first);
    expect(await run(1, 'owl_3.png')).toEqual(first);
    expect(await run(2, 'x1.png')).not.toEqual(first);
  });

  it('prefers the ε of the request to that of the parameters', async () => {
    const { record } = await service.attack({ ...attackRequest, epsilon: 0.02, parameters: { epsilon: '0.5' } });
    expect(record.epsilon).toBe(0.02);
    expect(record.parameters).toMatchObject({ epsilon: 0.02 });
    expect(await codeOf(service.attack({ ...attackRequest, epsilon: 2 }))).toBe('parameter');
  });
});

describe('images that are none', () => {
  const predict = (image: string) => service.predict({ ...attributeRequest, image: { path: at(image) } });

  it('are refused with a code', async () => {
    writeFileSync(at('text.png'), 'This is a text.\n');
    writeFileSync(at('empty.png'), '');
    mkdirSync(at('folder.png'));
    writeFileSync(at('shape.npy'), encodeNpy(new Float32Array(12), [2, 2, 3]));
    writeFileSync(at('range.npy'), encodeNpy(new Float32Array(4).fill(200), [2, 2, 1]));
    expect(await codeOf(predict('absent.png'))).toBe('file-missing');
    expect(await codeOf(predict('text.png'))).toBe('image-unreadable');
    expect(await codeOf(predict('empty.png'))).toBe('image-unreadable');
    expect(await codeOf(predict('folder.png'))).toBe('image-unreadable');
    expect(await codeOf(predict('shape.npy'))).toBe('image-shape');
    expect(await codeOf(predict('range.npy'))).toBe('image-range');
  });
});

describe('what is kept', () => {
  it('is given up when a file of the model changes', async () => {
    const changing = writeLinearModel(at('changing'), linear);
    const request = { ...attributeRequest, model: { path: changing } };
    const before = await service.attribute(request);
    writeLinearModel(at('changing'), { ...linear, weights: linear.weights.map((row) => row.map((value) => -value)) });
    // Same sizes: only the times tell.
    utimesSync(at('changing', 'weights.bin'), new Date(), new Date(Date.now() + 5000));
    const after = await service.attribute({ ...request, class: 0 });
    expectClose(
      after.map.data,
      Array.from(before.map.data, (value) => -value),
    );
    expect(after.record.model.hash).not.toBe(before.record.model.hash);
  });

  it('is given up when the image changes', async () => {
    await writeGreyPng(at('changing.png'), [0, 0, 0, 0], 2, 2);
    const request = { ...attributeRequest, image: { path: at('changing.png') } };
    const before = await service.predict(request);
    await writeGreyPng(at('changing.png'), [255, 255, 255, 255], 2, 2);
    utimesSync(at('changing.png'), new Date(), new Date(Date.now() + 5000));
    const after = await service.predict(request);
    expect(after.image.hash).not.toBe(before.image.hash);
    expect(after.classes[0]!.logit).not.toBeCloseTo(before.classes[0]!.logit, 3);
  });

  it('may be less than what is in use', async () => {
    const small = createService({ modelLimits: { count: 1, bytes: 1 } });
    const others = [0, 1, 2].map((number) => writeLinearModel(at(`other${number}`), linear));
    const results = await Promise.all(
      [...others, ...others].map((file) => small.attribute({ ...attributeRequest, model: { path: file } })),
    );
    for (const { map } of results)
      expectClose(
        map.data,
        linear.weights.map((row) => row[0]!),
      );
    await small.forgetModel(others[0]!);
    await expect(small.predict({ ...attributeRequest, model: { path: others[0]! } })).resolves.toBeDefined();
    await small.dispose();
  });
});

describe('cancelling', () => {
  it('stops before the computation', async () => {
    expect(await failureOf(service.attribute(attributeRequest, { signal: AbortSignal.abort() }))).toBeInstanceOf(
      CancelledError,
    );
    const controller = new AbortController();
    const stages: string[] = [];
    const progress = ({ stage }: { stage: string }) => {
      stages.push(stage);
      if (stage === 'compute') controller.abort();
    };
    const attempt = service.attribute(attributeRequest, { signal: controller.signal, progress });
    expect(await failureOf(attempt)).toBeInstanceOf(CancelledError);
    expect(stages.indexOf('model')).toBeLessThan(stages.indexOf('image'));
    expect(stages.indexOf('image')).toBeLessThan(stages.indexOf('compute'));
  });
});

describe('renderOverlay', () => {
  it('has the size of the picture and changes it where the map is not zero', async () => {
    await writeGreyPng(at('large.png'), Array<number>(60 * 40).fill(120), 60, 40);
    const { map, picture, record } = await service.attribute({ ...attributeRequest, image: { path: at('large.png') } });
    const view = { ...exactView('diverging'), clipPercent: 0, opacity: 1 };
    const only = { ...map, data: Float32Array.from([0, 0, 0, 5]) };
    const png = await service.renderOverlay({ map: only, picture, image: record.image, view });
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([60, 40]);
    const colorAt = (x: number, y: number) => Array.from(data.subarray(3 * (60 * y + x), 3 * (60 * y + x) + 3));
    expect(colorAt(29, 39)).toEqual([120, 120, 120]);
    expect(colorAt(59, 19)).toEqual([120, 120, 120]);
    expect(colorAt(30, 20)).not.toEqual([120, 120, 120]);
    expect(colorAt(59, 39)).toEqual(colorAt(30, 20));
  });
});

describe('thumbnail', () => {
  it('is the picture, its longer side 96 pixels; smaller pictures stay as they are', async () => {
    await writeGreyPng(at('wide.png'), Array<number>(192 * 60).fill(40), 192, 60);
    const small = await sharp(await service.thumbnail({ path: at('wide.png') })).metadata();
    expect([small.format, small.width, small.height]).toEqual(['png', 96, 30]);
    const own = await sharp(await service.thumbnail({ path: at('x1.png') }))
      .extractChannel(0)
      .raw()
      .toBuffer();
    expect([...own]).toEqual(bytes);
  });

  it('of what is no picture is refused', async () => {
    writeFileSync(at('text.png'), 'no picture');
    const error = await failureOf(service.thumbnail({ path: at('text.png') }));
    expect(error).toBeInstanceOf(UserError);
  });
});
