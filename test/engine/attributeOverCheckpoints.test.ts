import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainingService } from '../../src/engine/training/localTrainingService';
import { createService } from '../../src/engine/usecases/localService';
import { makeFolder } from './support/folder';
import type { LinearModel } from './support/linearModel';
import { logitsOf, lossGradient, softmax, writeGreyPng, writeLinearModel } from './support/linearModel';

const bytes = [255, 51, 102, 0];
const pixels = bytes.map((value) => value / 255);
const models = [-1, 0.5, 2].map((scale): LinearModel => ({
  height: 2,
  width: 2,
  weights: [[2, -1, 0.5], [-3, 1, 0.25], [0.5, 2, -1], [1, -2, 1]].map((row) => row.map((weight) => scale * weight)), // prettier-ignore
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
}));

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
const service = createService();

beforeAll(async () => {
  await writeGreyPng(at('x.png'), bytes, 2, 2);
  await writeGreyPng(at('owl.png'), bytes, 2, 2);
  models.forEach((model, index) => writeLinearModel(at('checkpoints', String(5 ** index)), model));
});
afterAll(async () => {
  await service.dispose();
  folder.remove();
});

const request = {
  model: { path: at('checkpoints') },
  image: { path: at('x.png') },
  method: 'training-integrated',
  engine: 'cpu',
} as const;

describe('a method that needs checkpoints', () => {
  it('is listed with what it needs', async () => {
    const { attribution } = await service.methods();
    const needing = attribution.filter(({ needs }) => needs.includes('checkpoints'));
    expect(needing.map(({ id }) => id)).toEqual(['training-integrated']);
    expect(needing[0]).not.toHaveProperty('run');
  });

  it('gives the sum in closed form, with scores and loss of the last checkpoint', async () => {
    const { record, map, input, picture, classNames } = await service.attribute({ ...request, class: 'dog' });
    const gradients = models.map((model) => lossGradient(model, pixels, 1));
    map.data.forEach((value, index) => {
      const sum = gradients.reduce((total, gradient) => total + gradient[index]!, 0);
      expect(value).toBeCloseTo(sum, 5);
    });
    const p = softmax(logitsOf(models[2]!, pixels));
    for (const { index, probability } of record.classes) expect(probability).toBeCloseTo(p[index]!, 5);
    expect(record.objective).toMatchObject({ kind: 'cross-entropy', classIndex: 1, className: 'dog' });
    expect(record.objective.value).toBeCloseTo(-Math.log(p[1]!), 5);
    expect(record).toMatchObject({
      method: 'training-integrated',
      label: { index: 1, name: 'dog', source: 'user' },
      parameters: { reduction: 'sum', absolute: false, timesInput: false },
      training: { folder: at('checkpoints') },
      warnings: [],
    });
    const paths = record.training!.checkpoints.map((checkpoint) => checkpoint.path);
    expect(paths).toEqual(await service.checkpoints({ folder: at('checkpoints') }));
    expect(paths.map((file) => path.basename(file))).toEqual(['1', '5', '25']);
    // Other methods go on with the record's model.
    const { model } = record;
    const next = await service.attribute({ ...request, model: { path: model.path }, method: 'gradient' });
    expect(next.record.model).toEqual(model);
    expect(classNames).toEqual(['cat', 'dog', 'owl']);
    expect(input.data).toHaveLength(4);
    expect([picture.width, picture.height]).toEqual([2, 2]);
  });

  it('is what the call of the command line gives', async () => {
    const training = createTrainingService();
    const parameters = { reduction: 'mean', timesInput: true };
    const there = await training.integrate({ checkpoints: at('checkpoints'), image: request.image, label: 0, parameters, engine: 'cpu' }); // prettier-ignore
    const here = await service.attribute({ ...request, label: 0, parameters });
    expect(Array.from(here.map.data)).toEqual(Array.from(there.map.data));
    expect(here.record.training?.checkpoints).toEqual(there.record.checkpoints);
    await training.dispose();
  });

  it('says that a class beside the true one is not looked at', async () => {
    const { record } = await service.attribute({ ...request, label: 0, class: 'owl' });
    expect(record.objective.className).toBe('cat');
    expect(record.warnings.join()).toContain('the class "owl", which was chosen too, is not looked at');
  });

  it('refuses another objective than the loss', async () => {
    for (const wish of [
      { against: 2 },
      { objective: 'logit' },
      { objective: 'probability' },
      { objective: 'log-probability' },
    ] as const)
      await expect(service.attribute({ ...request, label: 0, ...wish })).rejects.toMatchObject({ code: 'parameter' });
    const loss = await service.attribute({ ...request, label: 0, objective: 'cross-entropy' });
    expect(loss.record.objective.kind).toBe('cross-entropy');
  });

  it('takes the label of the file, and asks for one that nothing says', async () => {
    const { record } = await service.attribute({ ...request, image: { path: at('owl.png') } });
    expect(record.label).toEqual({ index: 2, name: 'owl', source: 'file name' });
    await expect(service.attribute(request)).rejects.toMatchObject({ code: 'unknown-class', hint: /which class/ });
    await expect(service.attribute({ ...request, model: { path: at('x.png') } })).rejects.toMatchObject({
      code: 'file-missing',
    });
  });
});
