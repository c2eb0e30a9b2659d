import path from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, describe, expect, it } from 'vitest';
import { read } from '../../src/core/schema/schema';
import type { AttackRequest, AttributionResult } from '../../src/engine/calls/service';
import { createService } from '../../src/engine/usecases/localService';
import { changeBetween, changed, resultChange } from '../../src/protocol/change';
import { numbersFromJson } from '../../src/protocol/numbersFromJson';
import { panelState, toPanel } from '../../src/protocol/panel';
import { makeFolder } from '../engine/support/folder';
import { writeGreyPng, writeLinearModel } from '../engine/support/linearModel';

const root = path.resolve(import.meta.dirname, '../..');
const service = createService();
const folder = makeFolder();
afterAll(async () => {
  await service.dispose();
  folder.remove();
});

const request: AttackRequest = {
  model: { path: path.join(root, 'media/models/fashion-mnist') },
  image: { path: path.join(root, 'samples/sandal.png') },
  attack: 'fgsm',
};

/** As a message travels: typed arrays whole, the rest as JSON. */
function travelled(message: unknown): unknown {
  const arrays: unknown[] = [];
  const json = JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? { array: arrays.push(value) - 1 } : value,
  );
  return numbersFromJson(
    JSON.parse(json, (_key, value: unknown) =>
      typeof value === 'object' && value !== null && 'array' in value ? arrays[value.array as number] : value,
    ),
  );
}

describe('a change of a result', () => {
  it('makes the page’s result what the engine gave, for every kind after every kind', async () => {
    const catalog = await service.methods();
    const attribution = await service.attribute({ ...request, method: 'integrated-gradients' });
    const layered = await service.attribute({ ...request, method: 'grad-cam', class: 7 });
    const small = await service.attack({ ...request, epsilon: 0.01 });
    const large = await service.attack({ ...request, epsilon: 0.1, target: 9 });
    const all = [attribution, layered, small, large];
    for (const before of all)
      for (const after of all) {
        const change = read(resultChange, travelled(changeBetween(before, after)));
        const result = changed(before, change);
        const { kind } = after.record;
        expect(read(panelState, { kind, catalog, result })).toEqual(read(panelState, { kind, catalog, result: after }));
      }
  });

  it('leads from stage to stage of one result, and skips none', async () => {
    const stages: AttributionResult[] = [];
    const parameters = { steps: 2, refine: 1e-6, mostSteps: 8 };
    const partial = (stage: AttributionResult): void => void stages.push(stage);
    const last = await service.attribute({ ...request, method: 'integrated-gradients', parameters }, { partial });
    const all = [...stages, last];
    expect(all.map(({ record }) => record.id)).toEqual([last.record.id, last.record.id, last.record.id]);
    const changes = all.slice(1).map((after, at) => read(resultChange, travelled(changeBetween(all[at]!, after))));
    expect(changes.map((change, at) => changed(all[at]!, change)?.record)).toEqual([all[1]!.record, last.record]);
    expect(changed(all[0]!, changes[1]!)).toBeUndefined();
    for (const { properties } of changes) expect(Object.keys(properties)).toEqual(['map']);
  });

  it('keeps NaN, and names that the model does not have', async () => {
    const before = await service.attack({ ...request, epsilon: 0.01 });
    const { record } = before;
    const classes = record.adversarialClasses.map((score, place) => (place === 1 ? { ...score, name: 'other', logit: NaN } : score)); // prettier-ignore
    const after = {
      ...before,
      record: { ...record, adversarialClasses: classes, norms: { ...record.norms, l2: NaN } },
    };
    const { record: made } = changed(before, read(resultChange, travelled(changeBetween(before, after))))!;
    expect(made).toEqual(after.record);
  });

  it('is of nothing else: another picture, another model, another result before', async () => {
    const before = await service.attack({ ...request, epsilon: 0.01 });
    const elsewhere = await service.attack({ ...request, image: { path: path.join(root, 'samples/bag.png') } });
    expect(changeBetween(before, elsewhere)).toBeUndefined();
    const engine = await service.attack({ ...request, engine: 'cpu' });
    expect(changeBetween(before, engine)).toBeUndefined();
    const change = changeBetween(before, await service.attack({ ...request, epsilon: 0.02 }))!;
    expect(changed(elsewhere, change)).toBeUndefined();
  });
});

describe('the traffic of a moving ε slider', () => {
  it('is under 5 KB a position besides the new maps, of a model with a thousand classes', async () => {
    const classes = Array.from({ length: 1000 }, (_, index) => `n0${index}, a class with a long name, number ${index}`);
    const weights = Array.from({ length: 1024 }, (_, pixel) => classes.map((_name, index) => Math.sin(pixel * (index + 1)) / 32)); // prettier-ignore
    const model = { path: writeLinearModel(folder.path, { height: 32, width: 32, weights, bias: classes.map(() => 0), classes }) }; // prettier-ignore
    const image = { path: path.join(folder.path, 'x.png') };
    await writeGreyPng(
      image.path,
      Array.from({ length: 1024 }, (_, pixel) => (pixel * 37) % 256),
      32,
      32,
    );
    let before = await service.attack({ ...request, model, image, epsilon: 0.001 });
    const sizes: number[] = [];
    for (const epsilon of [0.002, 0.013, 0.07]) {
      const after = await service.attack({ ...request, model, image, epsilon });
      const message = { type: 'change', kind: 'attack', change: changeBetween(before, after)! } as const;
      expect(read(toPanel, message)).toEqual(message);
      const { perturbation, adversarial, ...others } = message.change.properties;
      expect(others).toEqual({});
      const maps = { perturbation: { ...(perturbation as object), data: undefined }, adversarial: { ...(adversarial as object), data: undefined } }; // prettier-ignore
      const rest = { ...message, change: { ...message.change, properties: maps } };
      sizes.push(Math.max(JSON.stringify(rest).length, serialize(rest).byteLength));
      before = after;
    }
    const whole = { ...before, perturbation: undefined, adversarial: undefined };
    expect(Math.max(...sizes)).toBeLessThan(5 * 1024);
    expect(serialize(whole).byteLength).toBeGreaterThan(10 * Math.max(...sizes));
  }, 60_000);
});
