import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedParts } from '../../../scripts/methods/documents';
import { withMethods, withMethodTexts } from '../../../scripts/methods/manifest';
import { addMethodsCommand } from '../../../src/cli/commands/methods';
import type { Session } from '../../../src/cli/session';
import type { AttackMethod } from '../../../src/core/attack/method';
import { attackMethods } from '../../../src/core/attack/registry';
import type { AttributionMethod } from '../../../src/core/attribution/method';
import { attributionMethods } from '../../../src/core/attribution/registry';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Operator } from '../../../src/core/graph/operator';
import { operators } from '../../../src/core/graph/ops/registry';
import { unknownOperators } from '../../../src/core/graph/unknownOperators';
import type { Metric } from '../../../src/core/metric/metric';
import { metrics } from '../../../src/core/metric/registry';
import { numberValue } from '../../../src/core/method/values';
import { read } from '../../../src/core/schema/schema';
import { type MethodCatalog, methodCatalog } from '../../../src/engine/calls/service';
import { createService } from '../../../src/engine/usecases/localService';
import { derivativeError } from '../../core/graph/support';
import { makeFolder } from '../../engine/support/folder';
import type { LinearModel } from '../../engine/support/linearModel';
import { writeGreyPng, writeLinearModel } from '../../engine/support/linearModel';

// The recipes of docs/architecture.md, followed: what they name is all that there is to add.

const darkness: AttributionMethod = {
  id: 'toy-darkness',
  label: 'Darkness',
  summary: 'How far a pixel is from white.',
  formula: 's · (1 − a)',
  source: 'a test',
  family: 'perturbation',
  needs: [],
  display: 'sequential',
  parameters: [
    { id: 'scale', label: 'Scale', description: 'By which it is told.', type: 'number', default: 2, minimum: 0, maximum: 9, step: 1 }, // prettier-ignore
  ],
  cost: () => ({ predictions: 1, gradients: 0 }),
  async run(classifier, image, _objective, parameters) {
    const scores = await classifier.predict({ ...image, count: 1 });
    const scale = numberValue(parameters, 'scale');
    return { map: { ...image, data: image.data.map((a) => scale * (1 - a)) }, scores, value: 0, warnings: [] };
  },
};

const negative: AttackMethod = {
  id: 'toy-negative',
  label: 'Negative',
  summary: 'Turns black into white.',
  formula: 'a′ = 1 − a',
  source: 'a test',
  family: 'single-step',
  needs: [],
  norm: 'linf',
  budget: 'none',
  canTarget: false,
  parameters: [],
  cost: () => ({ predictions: 0, gradients: 0 }),
  run: (_classifier, subjects) =>
    Promise.resolve(
      subjects.map(({ image }) => ({
        adversarial: { ...image, data: image.data.map((a) => 1 - a) },
        perturbation: image.data.map((a) => 1 - 2 * a),
        success: true,
        steps: 1,
        warnings: [],
      })),
    ),
};

const brightness: Metric = {
  id: 'toy-brightness',
  label: 'Brightness',
  summary: 'How bright the image is where the map is largest.',
  formula: 's · a at the largest value of the map',
  source: 'a test',
  family: 'faithfulness',
  needs: [],
  better: 'higher',
  unit: 'pixel range',
  minimum: 0,
  parameters: [
    { id: 'scale', label: 'Scale', description: 'By which it is shown.', type: 'number', default: 1, minimum: 0, maximum: 9, step: 1 }, // prettier-ignore
  ],
  cost: () => ({ predictions: 0, gradients: 0 }),
  run: (_classifier, subjects, parameters) =>
    Promise.resolve(
      subjects.map(({ image, map }) => ({
        value: numberValue(parameters, 'scale') * image.data[map.data.indexOf(Math.max(...map.data))]!,
        warnings: [],
      })),
    ),
};

/** y = x / (1 + |x|), dx = dy / (1 + |x|)². */
const softsign: Operator = {
  infer: (_node, { types }) => [types[0]!],
  gradient({ node, builder, dy }) {
    const root = builder.add('Add', [builder.add('Abs', [node.inputs[0]!]), builder.scalar(1)]);
    return [builder.add('Div', [dy(), builder.add('Mul', [root, root])])];
  },
};

const model: LinearModel = {
  height: 2,
  width: 2,
  weights: [[1, 0], [0, 1], [1, 1], [0, 0]], // prettier-ignore
  bias: [0, 0.5],
  classes: ['cat', 'dog'],
};
const service = createService();
const folder = makeFolder();
const request = {
  model: { path: path.join(folder.path, 'linear', 'model.json') },
  image: { path: path.join(folder.path, 'x.png') },
};

beforeAll(async () => {
  writeLinearModel(path.join(folder.path, 'linear'), model);
  await writeGreyPng(request.image.path, [255, 51, 102, 0], 2, 2);
  // The lines of the registries.
  (attributionMethods as AttributionMethod[]).push(darkness);
  (attackMethods as AttackMethod[]).push(negative);
  (metrics as Metric[]).push(brightness);
});
afterAll(async () => {
  (attributionMethods as AttributionMethod[]).pop();
  (attackMethods as AttackMethod[]).pop();
  (metrics as Metric[]).pop();
  await service.dispose();
  folder.remove();
});

/** What `gradient-lens methods` prints. */
async function methodsPrinted(...options: string[]): Promise<string> {
  let printed = '';
  const program = new Command();
  addMethodsCommand(program, { service, write: (text: string) => (printed += text) } as unknown as Session);
  await program.parseAsync(['methods', ...options], { from: 'user' });
  return printed;
}

describe('a method, an attack or a metric that is a file and a line', () => {
  it('stands in the catalogue, which fits its schema, and in what the command line lists', async () => {
    const catalog = read(methodCatalog, await service.methods());
    const entry = <Entry extends { readonly id: string }>(entries: readonly Entry[], id: string) =>
      entries.find((each) => each.id === id);
    expect(entry(catalog.attribution, 'toy-darkness')).toMatchObject({ defaultCost: { predictions: 1, gradients: 0 } });
    expect(entry(catalog.attack, 'toy-negative')).toMatchObject({ budget: 'none' });
    expect(entry(catalog.metric, 'toy-brightness')).toMatchObject({ better: 'higher', minimum: 0 });
    const text = await methodsPrinted();
    for (const words of ['toy-darkness', 'scale=2', 'toy-negative', 'Turns black into white.', 'toy-brightness'])
      expect(text).toContain(words);
    const json = JSON.parse(await methodsPrinted('--json')) as Record<keyof MethodCatalog, { id: string }[]>;
    expect(json.metric.map(({ id }) => id)).toContain('toy-brightness');
    expect(json.attribution.map(({ id }) => id)).toContain('toy-darkness');
    expect(json.attack.map(({ id }) => id)).toContain('toy-negative');
  });

  it('is offered in the settings and described in the documents', () => {
    const manifest = withMethods({ contributes: { configuration: { properties: {} } } });
    const setting = manifest.contributes.configuration.properties as Record<string, { enum?: string[] }>;
    expect(setting['gradientLens.defaultMethod']!.enum).toContain('toy-darkness');
    expect(withMethodTexts({})['setting.defaultMethod.toy-darkness']).toContain('How far a pixel is from white.');
    const parts = generatedParts();
    expect(parts.get('attribution methods')).toContain('s · (1 − a)');
    expect(parts.get('attacks')).toContain('a′ = 1 − a');
    expect(parts.get('parameters of toy-darkness')).toContain('By which it is told.');
    expect(parts.get('metrics')).toContain('s · a at the largest value of the map');
    expect(parts.get('parameters of toy-brightness')).toContain('By which it is shown.');
  });

  it('runs through the service with its parameters and is recorded', async () => {
    const attribution = await service.attribute({ ...request, method: 'toy-darkness', parameters: { scale: 3 } });
    expect(attribution.record).toMatchObject({ method: 'toy-darkness', parameters: { scale: 3 } });
    [0, 2.4, 1.8, 3].forEach((value, index) => expect(attribution.map.data[index]).toBeCloseTo(value, 6));
    const asked = { ...request, method: 'toy-darkness', metrics: [{ id: 'toy-brightness', parameters: { scale: 5 } }] };
    const [measured] = (await service.evaluate(asked)).record.measurements!;
    // The darkest pixel is black; the edge detector is largest at one of the others.
    expect(measured).toMatchObject({ metric: 'toy-brightness', parameters: { scale: 5 }, better: 'higher', value: 0 });
    expect(measured!.controls.map(({ id }) => id)).toEqual(['random', 'edges']);
    const attack = await service.attack({ ...request, attack: 'toy-negative' });
    expect(attack.record).toMatchObject({ attack: 'toy-negative', norms: { linf: 1 } });
    expect(attack.record).not.toHaveProperty('epsilon');
    [0, 0.8, 0.6, 1].forEach((value, index) => expect(attack.adversarial.data[index]).toBeCloseTo(value, 6));
  });
});

it('an operator is known and differentiated once it stands in the table', async () => {
  const table = operators as Map<string, Operator>;
  const ours = table.get('Softsign')!;
  const network = (builder: GraphBuilder, x: string) => builder.add('Softsign', [x]);
  const builder = new GraphBuilder(operators);
  const graph = builder.build([network(builder, builder.input('x', { type: 'float32', shape: [2, 3] }))]);
  try {
    table.delete('Softsign');
    expect([...unknownOperators(graph, operators).keys()]).toEqual(['Softsign']);
    table.set('Softsign', softsign);
    expect(unknownOperators(graph, operators).size).toBe(0);
    expect(await derivativeError([2, 3], network)).toBeLessThan(1e-2);
  } finally {
    table.set('Softsign', ours);
  }
});
