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

  it('shows prediction, method and probe of the selected result', async () => {
    const page = await open('inspector', { width: 260 });
    await page.send({ type: 'record', record: (await sandalResult()).record });
    expect(await page.page.locator('table tbody tr').first().textContent()).toBe('Sandal99.3\u00a0%9.99');
    expect(await page.page.locator('body').textContent()).toContain('input-x-gradient');
    await page.send({
      type: 'probe',
      probe: { row: 3, column: 9, pixel: [0.1, 0.2, 0.3], value: [1, -2, NaN], rank: 4, count: 784 },
    });
    const facts = await page.page.locator('section', { hasText: 'Probe' }).first().textContent();
    expect(facts).toContain('Pixel G0.2');
    expect(facts).toContain('Value G−2');
    expect(facts).toContain('Value BNaN');
    await page.send({ type: 'probe', probe: undefined });
    expect(await page.page.locator('section', { hasText: 'Probe' }).first().textContent()).toContain('Point at a pane');
    await page.close();
  });

  it('shows both predictions and the norms of an attack, within 200 px', async () => {
    const page = await open('inspector', { width: 200 });
    await page.send({ type: 'record', record: (await attackResult()).record });
    expect(await page.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Probe',
      'Prediction before',
      'Prediction after',
      'Attack',
      'Size of the change',
      'Run',
    ]);
    expect(await page.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(200);
    await page.send({ type: 'record', record: undefined });
    expect(await page.page.locator('table').count()).toBe(0);
    await page.close();
  });
});
