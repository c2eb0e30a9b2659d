import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from './support/browser';
import type { TestPage } from './support/panelPage';
import { attackResult, attackState, attributionState, sandalResult } from './support/results';
import { datasetInfo, form, formState, mapsOf, runContents, runState, summary } from './support/runs';
import { useBrowser } from './support/session';
import type { ThemeName } from './support/themes';
import { answerFrames } from './support/frames';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeWindow {
  axe: {
    run(options: {
      resultTypes: string[];
    }): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>;
  };
}

async function seriousViolations({ page }: TestPage): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    (window as unknown as AxeWindow).axe.run({ resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

const THEMES: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

describe.skipIf(chromiumPath === undefined)('accessibility of the pages', () => {
  const open = useBrowser();

  it.each(THEMES)('axe finds nothing serious in the panel, %s', async (theme) => {
    const page = await open('panel', { theme });
    expect(await seriousViolations(page)).toEqual([]);
    await page.send(attributionState(await sandalResult({ warnings: ['The classes are numbered.'] })));
    expect(await seriousViolations(page)).toEqual([]);
    await page.send(attackState(await attackResult()));
    await page.send({ type: 'failed', error: { message: 'The engine stopped.', hint: 'Ask again.' } });
    expect(await seriousViolations(page)).toEqual([]);
    await page.send({
      type: 'state',
      state: { kind: 'error', imageName: 'a.png', error: { message: 'No.', hint: 'Yes.' } },
    });
    expect(await seriousViolations(page)).toEqual([]);
    await page.close();
  });

  it.each(THEMES)('axe finds nothing serious in the inspector, %s', async (theme) => {
    const page = await open('inspector', { theme, width: 300 });
    await page.send({ type: 'record', record: (await attackResult()).record });
    expect(await seriousViolations(page)).toEqual([]);
    await page.close();
  });

  it.each(THEMES)('axe finds nothing serious in the training page, %s', async (theme) => {
    const page = await open('training', { theme });
    await page.send(formState());
    expect(await seriousViolations(page)).toEqual([]);
    const info = { ...datasetInfo, unreadable: [{ path: '/a.png', reason: 'Truncated.' }], unreadableCount: 1 };
    const watched = [{ name: 'sandal.png', path: '/sandal.png' }];
    await page.send(formState({ dataset: { request: { path: '/data' }, info }, watched }));
    await page.send({ type: 'summary', network: form.architectures[0]!.id, summary });
    for (const disclosure of await page.page.locator('details > summary').all())
      if (await disclosure.isVisible()) await disclosure.click();
    await page.page.getByLabel('Epochs').fill('x');
    expect(await seriousViolations(page)).toEqual([]);
    const run = await runContents({ steps: 20, images: 3 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    await page.page.locator('.cell').first().click();
    await page.send(mapsOf(run, 0));
    expect(await seriousViolations(page)).toEqual([]);
    await page.page.getByRole('button', { name: 'Show table' }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await page.close();
  });

  it.each([300, 500, 800, 1600])('the training page fits %i px without scrolling sideways', async (width) => {
    const page = await open('training', { width });
    const run = await runContents({ steps: 20, images: 3 });
    const fits = async (): Promise<void> => {
      const [content, window] = await page.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBeLessThanOrEqual(window);
    };
    await page.send(formState({ dataset: { request: { path: '/data' }, info: datasetInfo } }));
    await fits();
    await page.send(runState(run, true));
    await page.page.locator('.cell').first().click();
    await page.send(mapsOf(run, 0));
    await fits();
    await page.close();
  });

  it.each(['attribution', 'attack'])(
    'the Tab key reaches every control of the %s page, in reading order',
    async (kind) => {
      const page = await open('panel');
      await page.send(kind === 'attack' ? attackState(await attackResult()) : attributionState(await sandalResult()));
      const wanted = await page.page.evaluate(() => {
        const all = [
          ...document.querySelectorAll('button, input, select, summary, vscode-single-select, [tabindex="0"]'),
        ];
        const visible = all.filter(
          (item) =>
            (item.checkVisibility() && (item as HTMLElement).tabIndex !== -1) ||
            item.localName === 'vscode-single-select',
        );
        visible.forEach((item, index) => item.setAttribute('data-stop', String(index)));
        return visible.length;
      });
      expect(wanted).toBeGreaterThan(15);
      const reached: string[] = [];
      for (let press = 0; press < wanted; press++) {
        await page.page.keyboard.press('Tab');
        reached.push(await page.page.evaluate(() => document.activeElement?.getAttribute('data-stop') ?? 'none'));
      }
      expect(reached).toEqual(Array.from({ length: wanted }, (_, index) => String(index)));
      await page.close();
    },
  );

  it('works the export menu by keys alone', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult()));
    await page.posted();
    await page.page.getByRole('button', { name: 'Export' }).focus();
    await page.page.keyboard.press('Enter');
    await page.page.locator('[role=menuitem]:focus').waitFor();
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    expect(await page.posted()).toEqual([{ type: 'export', format: 'map-npy' }]);
    await page.page.getByRole('button', { name: 'Export' }).press('Enter');
    await page.page.locator('[role=menuitem]:focus').waitFor();
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('menu').waitFor({ state: 'hidden' });
    expect(await page.page.evaluate(() => document.activeElement?.textContent)).toContain('Export');
    await page.close();
  });

  it('shows a table instead of bars to those who use a screen reader', async () => {
    const page = await open('panel', { bodyClass: 'vscode-using-screen-reader' });
    await page.send(attributionState(await sandalResult()));
    expect(await page.page.locator('.chart-box').isVisible()).toBe(false);
    expect((await page.page.locator('.class-table').boundingBox())!.height).toBeGreaterThan(100);
    await page.close();
  });

  it.each([300, 500, 800, 1600])('fits %i px without scrolling sideways', async (width) => {
    const page = await open('panel', { width });
    for (const state of [attributionState(await sandalResult()), attackState(await attackResult())]) {
      await page.send(state);
      const [content, window] = await page.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBeLessThanOrEqual(window);
    }
    await page.close();
  });
});
