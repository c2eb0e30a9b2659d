import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../src/core/result/measurement';
import { chromiumPath } from './support/browser';
import { attributionState, sandalResult } from './support/results';
import { useBrowser } from './support/session';

const found = { parameters: {}, seed: 0, milliseconds: 12, warnings: [] } as const;
const measurements: readonly Measurement[] = [
  {
    ...found,
    metric: 'deletion',
    better: 'lower',
    value: 0.125,
    curve: { x: [0, 0.5, 1], y: [0.8, 0.2, 0] },
    controls: [
      { id: 'random', value: 0.4, curve: { x: [0, 0.5, 1], y: [0.8, 0.4, 0] } },
      { id: 'edges', value: 0.3, curve: { x: [0, 0.5, 1], y: [0.8, NaN, 0] } },
    ],
  },
  {
    ...found,
    metric: 'max-sensitivity',
    better: 'lower',
    value: 0.9,
    controls: [
      { id: 'random', value: 1.41 },
      { id: 'edges', value: 0.08 },
    ],
    warnings: ['The map is hardly there.'],
  },
];

describe.skipIf(chromiumPath === undefined)('metrics on the attribution page', () => {
  const open = useBrowser();

  it('are asked for of the map that is shown', async () => {
    const page = await open('panel');
    const objective = {
      kind: 'combination',
      classIndex: 5,
      className: 'Sandal',
      against: { classIndex: 7, className: 'Sneaker' },
      value: 3,
    } as const;
    await page.send(
      attributionState(await sandalResult({ method: 'smooth-grad', parameters: { noise: 0.2 }, objective })),
    );
    await page.posted();
    await page.page.getByRole('button', { name: 'Measure' }).click();
    const asked = (await page.posted()).find(({ type }) => type === 'attribute');
    expect(asked).toMatchObject({
      request: {
        method: 'smooth-grad',
        classIndex: 5,
        against: 7,
        objective: 'logit',
        parameters: { noise: 0.2 },
        measure: true,
      },
    });
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('stand beside the controls, with their direction, a verdict in words and curves', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult({ measurements })));
    const box = page.page.getByRole('region', { name: 'Can the map be believed?' });
    const rows = await box.getByRole('row').evaluateAll((each) => each.map((row) => [...row.children].map((cell) => cell.textContent))); // prettier-ignore
    expect(rows).toEqual([
      ['Metric', 'This map', 'Random map', 'Edge detector', 'Better', 'Verdict'],
      ['Deletion', '0.125', '0.4', '0.3', 'lower', 'better than both controls'],
      ['Max-Sensitivity', '0.9', '1.41', '0.08', 'lower', 'no better than an edge detector'],
    ]);
    expect(await box.getByText('Max-Sensitivity: The map is hardly there.').count()).toBe(1);
    expect(await box.getByRole('button', { name: 'Measure' }).count()).toBe(0);
    const chart = box.getByRole('img');
    expect(await chart.getAttribute('aria-label')).toBe(
      'Deletion, areas: random map 0.4, edge detector 0.3, this map 0.125',
    );
    const lines = await chart.evaluate((svg) =>
      [...svg.querySelectorAll('polyline')].map((line) => [line.getAttribute('class'), line.getAttribute('points')]),
    );
    // 200 wide, 100 high, from 0 to the largest value of all.
    expect(lines).toEqual([
      ['is-random', '0.00,0.00 100.00,50.00 200.00,100.00'],
      ['is-edges', '0.00,0.00 200.00,100.00'],
      ['is-own', '0.00,0.00 100.00,75.00 200.00,100.00'],
    ]);
    expect(await page.problems()).toEqual([]);
    await page.send(attributionState(await sandalResult()));
    expect(await box.getByRole('row').count()).toBe(0);
    expect(await box.getByRole('button', { name: 'Measure' }).count()).toBe(1);
    await page.close();
  });

  it('are not offered of a map over checkpoints', async () => {
    const page = await open('panel');
    const training = { folder: '/runs/one', checkpoints: [] };
    await page.send(attributionState(await sandalResult({ method: 'training-integrated', training })));
    expect(await page.page.getByRole('button', { name: 'Measure' }).count()).toBe(0);
    await page.close();
  });
});
