import { describe, expect, it } from 'vitest';
import { chromiumPath } from './support/browser';
import { attackResult, sandalResult } from './support/results';
import { useBrowser } from './support/session';

describe.skipIf(chromiumPath === undefined)('the inspector', () => {
  const open = useBrowser();

  it('says what to do while nothing is selected, and after garbage', async () => {
    const page = await open('inspector', { width: 260 });
    expect(await page.posted()).toEqual([{ type: 'ready' }]);
    for (const message of [
      { type: 'record', record: { kind: 'attribution' } },
      { type: 'probe', probe: { row: 'x' } },
      5,
    ])
      await page.send(message);
    expect(await page.page.locator('body').textContent()).toContain('Select a result');
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('shows the probe as a table of channels', async () => {
    const page = await open('inspector', { width: 260 });
    await page.send({ type: 'record', record: (await sandalResult()).record });
    await page.send({
      type: 'probe',
      probe: { row: 3, column: 9, pixel: [0.1, 0.2, 0.3], value: [1, -2, NaN], rank: 4, count: 784 },
    });
    const rows = () => page.page.getByRole('table', { name: 'Row 3, column 9' }).locator('tbody tr').allTextContents();
    expect(await rows()).toEqual(['Red0.1+1', 'Green0.2−2', 'Blue0.3NaN']);
    await page.send({
      type: 'probe',
      probe: { row: 3, column: 9, pixel: [0.1, 0.2, 0.3], value: [0.5], rank: 4, count: 784 },
    });
    expect(await rows()).toEqual(['Red0.1+0.5', 'Green0.2', 'Blue0.3']);
    await page.send({ type: 'probe', probe: undefined });
    expect(await page.page.locator('section', { hasText: 'Probe' }).first().textContent()).toContain('Point at a pane');
    await page.close();
  });

  it('shows where a result comes from, and not the numbers of the panel again, within 200 px', async () => {
    const page = await open('inspector', { width: 200 });
    const { record } = await attackResult();
    const preprocessing = {
      color: 'rgb',
      range: [0, 1],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      resize: 'stretch',
      interpolation: 'bilinear',
      source: 'lens.json beside the model',
    };
    await page.send({ type: 'record', record: { ...record, model: { ...record.model, preprocessing } } });
    expect(await page.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Probe',
      'Picture',
      'Model',
      'Preprocessing',
      'Request',
      'Run',
    ]);
    const text = (await page.page.locator('.inspector').textContent())!;
    for (const fact of [record.model.hash, record.image.hash, record.id, 'lens.json beside the model', '0.485, 0.456'])
      expect(text).toContain(fact);
    expect(await page.page.locator('.inspector table').count()).toBe(0);
    expect(await page.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(200);
    await page.close();
  });

  it('shows what metrics say of a map', async () => {
    const page = await open('inspector', { width: 260 });
    const { record } = await sandalResult();
    const measurements = [
      {
        metric: 'deletion',
        parameters: {},
        seed: 0,
        better: 'lower',
        value: 0.25,
        controls: [
          { id: 'random', value: 0.5 },
          { id: 'edges', value: 0.125 },
        ],
        milliseconds: 1,
        warnings: [],
      },
    ];
    await page.send({ type: 'record', record: { ...record, measurements } });
    expect(
      await page.page
        .getByRole('table', { name: /metrics/ })
        .locator('tbody tr')
        .allTextContents(),
    ).toEqual(['deletion0.25lowerno better than an edge detector']);
    await page.send({ type: 'record', record: undefined });
    expect(await page.page.locator('table').count()).toBe(0);
    await page.close();
  });
});
