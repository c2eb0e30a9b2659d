import { describe, expect, it } from 'vitest';
import { changeBetween } from '../../src/protocol/change';
import { chromiumPath } from './support/browser';
import type { TestPage } from './support/panelPage';
import {
  attackResult,
  attackState,
  attributionResult,
  attributionState,
  tinyMap,
  tinyPicture,
} from './support/results';
import { differingPixels, readPixels, useBrowser } from './support/session';

describe.skipIf(chromiumPath === undefined)('requests in flight', () => {
  const open = useBrowser();
  const result = (id: string, method: string) =>
    attributionResult({ picture: tinyPicture, map: tinyMap, record: { id, method } });
  const openTiny = async (): Promise<TestPage> => {
    const page = await open('panel');
    await page.send(attributionState(await result('result-1', 'input-x-gradient')));
    await page.posted();
    return page;
  };
  const choose = async (page: TestPage, method: string) => {
    await page.page.getByLabel('Method').selectOption(method);
    const [asked] = (await page.posted()).filter(({ type }) => type === 'attribute');
    return asked!;
  };
  const method = (page: TestPage) => page.page.getByLabel('Method').inputValue();
  const details = (page: TestPage) => page.page.locator('.details-card').textContent();
  const done = { kind: 'done' };

  it('show the answer to the last, and leave the choosers to it', async () => {
    const page = await openTiny();
    const first = await choose(page, 'gradient');
    const second = await choose(page, 'occlusion');
    const change = changeBetween(await result('result-1', 'input-x-gradient'), await result('result-2', 'gradient'));
    await page.answer(first, done, { type: 'change', kind: 'attribution', change });
    expect(await method(page)).toBe('occlusion');
    expect(await details(page)).toContain('Input × Gradient');
    // A change of the result that was not shown: the page has it all the same.
    const next = changeBetween(await result('result-2', 'gradient'), await result('result-3', 'occlusion'));
    await page.answer(second, done, { type: 'change', kind: 'attribution', change: next });
    expect(await details(page)).toContain('Occlusion');
    expect(await page.posted()).toEqual([]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('show what the host has where the last of them failed or was cancelled', async () => {
    for (const outcome of [{ kind: 'cancelled' }, { kind: 'failed', error: { message: 'No.', hint: 'Yes.' } }]) {
      const page = await openTiny();
      const first = await choose(page, 'gradient');
      const second = await choose(page, 'occlusion');
      const change = changeBetween(await result('result-1', 'input-x-gradient'), await result('result-2', 'gradient'));
      await page.answer(first, done, { type: 'change', kind: 'attribution', change });
      await page.answer(second, outcome);
      expect(await method(page)).toBe('gradient');
      expect(await details(page)).toContain('Definition∇');
      expect(await page.page.getByRole('alert').count()).toBe(outcome.kind === 'failed' ? 1 : 0);
      await page.close();
    }
  });

  it('that were overtaken fail without a word', async () => {
    const page = await openTiny();
    const first = await choose(page, 'gradient');
    await choose(page, 'occlusion');
    await page.answer(first, { kind: 'failed', error: { message: 'No.', hint: 'Yes.' } });
    expect(await page.page.getByRole('alert').count()).toBe(0);
    expect(await method(page)).toBe('occlusion');
    await page.close();
  });

  it('of an earlier load of the page are shown as the host’s own', async () => {
    const page = await openTiny();
    await page.page.getByLabel('Method').selectOption('gradient');
    const [before] = (await page.posted()).filter(({ type }) => type === 'attribute');
    await page.page.reload({ waitUntil: 'load' });
    await expect.poll(async () => (await page.posted()).map(({ type }) => type)).toContain('ready');
    await page.send(attributionState(await result('result-1', 'input-x-gradient')));
    await page.send({ type: 'busy', id: before!.id, title: 'Computing…' });
    await page.page.getByRole('button', { name: 'Cancel' }).waitFor();
    const now = await choose(page, 'occlusion');
    expect(now.id).not.toBe(before!.id);
    const change = changeBetween(await result('result-1', 'input-x-gradient'), await result('result-2', 'gradient'));
    await page.answer(before!, done, { type: 'change', kind: 'attribution', change });
    expect(await details(page)).toContain('Definition∇');
    expect(await page.page.locator('.busy').isVisible()).toBe(false);
    await page.close();
  });

  it('say of which result they are: of the picture that has come meanwhile', async () => {
    const page = await openTiny();
    const first = await choose(page, 'gradient');
    expect(first.of).toBe('result-1');
    const other = await result('result-9', 'gradient');
    const image = { ...other.record.image, name: 'bag.png', hash: 'b'.repeat(64) };
    await page.send(attributionState({ ...other, record: { ...other.record, image } }));
    await page.answer(first, { kind: 'cancelled' });
    expect(await page.page.locator('.head-file').textContent()).toBe('bag.png');
    expect((await choose(page, 'occlusion')).of).toBe('result-9');
    await page.close();
  });

  it('show stages as they come, say which, and keep the last that is stopped', async () => {
    const page = await openTiny();
    const asked = await choose(page, 'integrated-gradients');
    const stageOf = async (stage: string, factor: number) =>
      attributionResult({
        picture: tinyPicture,
        map: { ...tinyMap, data: tinyMap.data.map((value) => factor * value) },
        record: { id: 'result-2', method: 'integrated-gradients', stage },
      });
    const [before, first, second] = [
      await result('result-1', 'input-x-gradient'),
      await stageOf('after 50 steps, delta 4 %', 2),
      await stageOf('after 100 steps, delta 2 %', -1),
    ];
    await page.send({ type: 'busy', id: asked.id, title: 'Computing…' });
    await page.page.getByRole('button', { name: 'Cancel' }).waitFor();
    await page.send({ type: 'change', kind: 'attribution', change: changeBetween(before, first), request: asked.id });
    const notes = page.page.locator('.head-notes');
    expect(await notes.textContent()).toContain('A stage: after 50 steps, delta 4 %');
    expect(await page.page.locator('[aria-live]').textContent()).toContain('after 50 steps');
    const early = await readPixels(page, 'map');
    await page.send({ type: 'change', kind: 'attribution', change: changeBetween(first, second), request: asked.id });
    expect(differingPixels(early, await readPixels(page, 'map'))).toEqual([1, 3, 6, 8]);
    expect(await page.page.locator('.busy').isVisible()).toBe(true);
    await page.posted();
    await page.page.getByRole('button', { name: 'Stop' }).click();
    expect(await page.posted()).toEqual([{ type: 'cancel', id: asked.id }]);
    await page.answer(asked, { kind: 'cancelled' });
    expect(await notes.textContent()).toContain('A stage: after 100 steps, delta 2 %');
    expect(await method(page)).toBe('integrated-gradients');
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('of a slider are forgotten with its page', async () => {
    const page = await open('panel');
    await page.send(attackState(await attackResult()));
    await page.posted();
    const slide = (position: string) =>
      page.page.locator('[data-epsilon]').evaluate((slider, value) => {
        (slider as HTMLInputElement).value = value;
        slider.dispatchEvent(new Event('input'));
      }, position);
    await slide('200');
    const [asked] = (await page.posted()).filter(({ type }) => type === 'attack');
    await slide('210');
    await page.send(attributionState(await result('result-5', 'gradient')));
    await page.answer(asked!, { kind: 'cancelled' });
    expect((await page.posted()).filter(({ type }) => type === 'attack')).toEqual([]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });
});
