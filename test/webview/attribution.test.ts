import { describe, expect, it } from 'vitest';
import {
  attributionResult,
  attributionState,
  CLASS_NAMES,
  greyImage,
  sandalResult,
  tinyMap,
  tinyPicture,
} from './support/results';
import { chromiumPath } from './support/browser';
import { differingPixels, readPixels, useBrowser } from './support/session';
import type { TestPage } from './support/panelPage';

describe.skipIf(chromiumPath === undefined)('the attribution page', () => {
  const open = useBrowser();
  const openTiny = async (): Promise<TestPage> => {
    const page = await open('panel');
    await page.send(attributionState(await attributionResult({ picture: tinyPicture, map: tinyMap })));
    return page;
  };
  const messagesOtherThan = async (page: TestPage, ...types: readonly string[]) =>
    (await page.posted()).filter(({ type }) => !types.includes(type));

  it('draws the picture as it is and the overlay differing exactly where the map says', async () => {
    const page = await openTiny();
    const original = await readPixels(page, 'original');
    const overlay = await readPixels(page, 'overlay');
    expect(original.filter((_, index) => index % 4 === 0)).toEqual(
      Array.from(tinyPicture.data, (value) => Math.round(255 * value)),
    );
    expect(differingPixels(original, overlay)).toEqual([1, 3, 6, 8]);
    const colorOf = (pixel: number) => overlay.slice(4 * pixel, 4 * pixel + 3);
    const [positive, negative] = [colorOf(1), colorOf(3)];
    expect(positive[0]).toBeGreaterThan(positive[2]!);
    expect(negative[2]).toBeGreaterThan(negative[0]!);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('enlarges the map of a layer, says so, and lets a layer be chosen', async () => {
    const page = await open('panel');
    const map = { data: Float32Array.of(1, 0, 0, 0), height: 1, width: 4, channels: 1 };
    const layer = { id: 'conv_4', kind: 'Conv2D', height: 1, width: 4, channels: 32 };
    const record = { method: 'grad-cam', parameters: { layer: '', relu: true }, layer };
    const result = await attributionResult({ picture: tinyPicture, map, record });
    await page.send(attributionState({ ...result, layers: ['conv_3', 'conv_4'] }));
    const { width, height } = tinyPicture;
    await page.page.getByText(`conv_4: 4 × 1 places, enlarged bilinearly to ${width} × ${height}`).waitFor();
    const offered = page.page.locator('datalist option');
    expect(await offered.evaluateAll((options) => options.map((each) => each.getAttribute('value')))).toEqual([
      'conv_3',
      'conv_4',
    ]);
    await page.posted();
    await page.page.getByLabel('Layer').fill('conv_3');
    await page.page.getByLabel('Layer').blur();
    const [asked] = await messagesOtherThan(page, 'probe');
    expect(asked).toMatchObject({
      type: 'attribute',
      request: { method: 'grad-cam', parameters: { layer: 'conv_3', relu: true } },
    });
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('recolours at every display control without a message to the host', async () => {
    const page = await openTiny();
    await page.posted();
    const original = await readPixels(page, 'original');
    const setSlider = async (name: string, value: string) => {
      await page.page.getByLabel(name).fill(value);
      await page.settle();
    };
    await setSlider('Opacity', '0');
    expect(await readPixels(page, 'overlay')).toEqual(original);
    await setSlider('Opacity', '1');
    const opaque = await readPixels(page, 'overlay');
    const map = await readPixels(page, 'map');
    // At full opacity the largest value hides the picture.
    expect(opaque.slice(4, 7)).toEqual(map.slice(4, 7));

    await page.page.getByLabel('Sign').selectOption('positive');
    await page.settle();
    expect(differingPixels(original, await readPixels(page, 'overlay'))).toEqual([1, 6]);
    await page.page.getByLabel('Sign').selectOption('all');
    await page.page.getByLabel('Colours').selectOption('gray');
    await setSlider('Clip largest', '0');
    const grey = await readPixels(page, 'map');
    // Sequential, by magnitude: |1| and |−1| white, |0.5| in the middle, 0 black.
    expect([0, 1, 3, 6].map((pixel) => grey[4 * pixel])).toEqual([0, 255, 255, 128]);
    expect(await messagesOtherThan(page)).toEqual([]);

    await page.page.getByRole('button', { name: 'Reset' }).click();
    await page.settle();
    expect(differingPixels(original, await readPixels(page, 'overlay'))).toEqual([1, 3, 6, 8]);
    await page.close();
  });

  it('lays the map where the model looked, on a picture larger than its input', async () => {
    const page = await open('panel');
    const picture = greyImage(12, 6, new Array<number>(72).fill(0.5));
    // Centre crop: the model's 3 × 3 pixels are 2 × 2 picture pixels each, from column 3 on.
    const mapping = { x: 3, y: 0, scaleX: 2, scaleY: 2 };
    const map = { width: 3, height: 3, channels: 1, data: Float32Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0) };
    const input = greyImage(3, 3, new Array<number>(9).fill(0.5));
    await page.send(attributionState(await attributionResult({ picture, map, input, mapping })));
    const overlay = await readPixels(page, 'overlay');
    const isOrange = (x: number, y: number) => overlay[4 * (12 * y + x)]! > overlay[4 * (12 * y + x) + 2]! + 20;
    const orange = Array.from({ length: 72 }, (_, index) => [index % 12, Math.floor(index / 12)] as const).filter(
      ([x, y]) => isOrange(x, y),
    );
    expect(orange).toEqual([
      [7, 2],
      [8, 2],
      [7, 3],
      [8, 3],
    ]);
    await page.close();
  });

  it('reads pixels with the arrow keys and with the pointer', async () => {
    const page = await openTiny();
    const pane = page.page.getByRole('application').nth(2);
    const probe = page.page.locator('#probe');
    await pane.focus();
    await page.page.keyboard.press('ArrowRight');
    await page.page.keyboard.press('Home');
    await page.page.keyboard.press('PageUp');
    await page.page.keyboard.press('ArrowRight');
    expect(await probe.textContent()).toBe('row 0, column 1 · pixel 0.2 · attribution +1 · rank 1 of 12');
    expect(await page.page.locator('[aria-live]').textContent()).toContain('row 0, column 1');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft', 'ArrowLeft']) await page.page.keyboard.press(key);
    expect(await probe.textContent()).toBe('row 2, column 0 · pixel 0.1 · attribution −0.25 · rank 4 of 12');
    await page.page.waitForTimeout(120);
    const probes = (await page.posted()).filter(({ type }) => type === 'probe');
    expect(probes.at(-1)).toEqual({
      type: 'probe',
      probe: { row: 2, column: 0, pixel: [tinyPicture.data[8]], value: [-0.25], rank: 4, count: 12 },
    });

    const box = (await page.page.locator('canvas[data-pane="overlay"]').boundingBox())!;
    await page.page.mouse.move(box.x + (2.5 / 4) * box.width, box.y + (1.5 / 3) * box.height);
    expect(await probe.textContent()).toContain('row 1, column 2 ');
    await page.page.mouse.move(box.x, box.y - 60);
    expect(await probe.textContent()).toContain('row 2, column 0 ');
    await pane.focus();
    await page.page.keyboard.press('Escape');
    expect(await probe.textContent()).toContain('arrow keys');
    await page.close();
  });

  it('zooms all panes together, about the pointer', async () => {
    const page = await openTiny();
    const widths = () =>
      page.page.locator('canvas[data-pane]').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
    const [fitted] = await widths();
    await page.page.getByRole('application').first().focus();
    await page.page.keyboard.press('1');
    expect(await widths()).toEqual([4, 4, 4]);
    expect(await page.page.locator('.zoom-level').textContent()).toBe('100\u00a0%');
    await page.page.keyboard.press('0');
    expect(await widths()).toEqual([fitted, fitted, fitted]);

    const box = (await page.page.locator('canvas[data-pane="original"]').boundingBox())!;
    const at = { x: box.x + 0.3 * box.width, y: box.y + 0.6 * box.height };
    await page.page.mouse.move(at.x, at.y);
    const before = await page.page.locator('#probe').textContent();
    await page.page.keyboard.down('Control');
    await page.page.mouse.wheel(0, -300);
    await page.page.keyboard.up('Control');
    await expect.poll(async () => (await widths())[0]).toBeGreaterThan(fitted! * 1.5);
    expect(new Set(await widths()).size).toBe(1);
    await page.page.mouse.move(at.x + 1, at.y);
    expect(await page.page.locator('#probe').textContent()).toBe(before);
    await page.close();
  });

  it.each([
    ['zero', [0, 0, 0, 0], /zero everywhere/],
    ['constant', [2, 2, 2, 2], /constant, \+2 everywhere/],
    ['NaN', [NaN, NaN, NaN, NaN], /Every value is NaN or infinite/],
    ['partly infinite', [1, Infinity, -1, NaN], /2 of 4 values are NaN or infinite/],
  ])('says in words that a map is %s', async (_name, values, words) => {
    const page = await open('panel');
    const picture = greyImage(2, 2, [0.1, 0.2, 0.3, 0.4]);
    const map = { width: 2, height: 2, channels: 1, data: Float32Array.from(values) };
    await page.send(attributionState(await attributionResult({ picture, map })));
    const pane = page.page.locator('[data-pane-figure="map"]');
    expect(await pane.locator('.pane-message').textContent()).toMatch(words);
    expect(await pane.locator('[role=application]').getAttribute('aria-label')).toMatch(words);
    await page.close();
  });

  it('says that nothing of the chosen sign is there', async () => {
    const page = await open('panel');
    const map = { ...tinyMap, data: tinyMap.data.map(Math.abs) };
    await page.send(attributionState(await attributionResult({ picture: tinyPicture, map })));
    await page.page.getByLabel('Sign').selectOption('negative');
    await page.settle();
    expect(await page.page.locator('[data-pane-figure="map"] .pane-message').textContent()).toBe(
      'There are no negative values.',
    );
    await page.close();
  });

  it('asks for another method, class or objective, and only then', async () => {
    const page = await openTiny();
    await page.posted();
    await page.page.getByLabel('Method').selectOption('gradient');
    const named = { type: 'attribute', id: expect.any(String) as string, of: 'result-1' };
    expect(await page.posted()).toEqual([
      { ...named, request: { method: 'gradient', objective: 'logit', parameters: {} } },
    ]);
    const chooser = page.page.getByRole('combobox', { name: 'Class' });
    await chooser.fill('sneak');
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    const [request] = await page.posted();
    expect(request).toEqual({
      ...named,
      request: { method: 'gradient', objective: 'logit', classIndex: CLASS_NAMES.indexOf('Sneaker'), parameters: {} },
    });
    await page.page.getByLabel('Objective').selectOption('probability');
    const [last] = await page.posted();
    expect(last).toMatchObject({ request: { objective: 'probability', classIndex: 7 } });
    // Refused: the choosers show again what is on the page.
    await page.answer(last!, { kind: 'failed', error: { message: 'It failed.', hint: 'Try again.' } });
    expect(await page.page.getByLabel('Method').inputValue()).toBe('input-x-gradient');
    await page.close();
  });

  it('asks why one class rather than another, by the keyboard, and says so', async () => {
    const page = await openTiny();
    await page.posted();
    const rivals = page.page.getByRole('combobox', { name: 'Rather than' });
    expect(await rivals.inputValue()).toBe('No other class');
    await rivals.fill('sneak');
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    const [asked] = await messagesOtherThan(page, 'probe');
    const sneaker = CLASS_NAMES.indexOf('Sneaker');
    expect(asked).toMatchObject({ type: 'attribute', request: { objective: 'logit', against: sneaker } });

    const against = { classIndex: sneaker, className: 'Sneaker' };
    const objective = { kind: 'combination', classIndex: 5, className: 'Sandal', against, value: 5.2 } as const;
    const answer = await attributionResult({
      picture: tinyPicture,
      map: tinyMap,
      record: { id: 'result-2', objective },
    });
    await page.answer(asked!, { kind: 'done' }, attributionState(answer));
    expect(await rivals.inputValue()).toMatch(/^Sneaker/);
    expect(await page.page.locator('[data-pane-figure="overlay"]').textContent()).toContain(
      'for Sandal rather than Sneaker',
    );
    expect(await page.page.locator('.details-card').textContent()).toContain('Logit of Sandal − logit of Sneaker');

    // The class that is explained cannot be held against itself.
    const offered = await page.page
      .locator('vscode-single-select')
      .nth(1)
      .evaluate((select) =>
        (select as HTMLElement & { options: { label: string }[] }).options.map(({ label }) => label),
      );
    expect(offered).toHaveLength(CLASS_NAMES.length);
    expect(offered.filter((label) => label.startsWith('Sandal'))).toEqual([]);
    await rivals.fill('no other');
    await page.page.keyboard.press('ArrowUp');
    await page.page.keyboard.press('Enter');
    const [alone] = await messagesOtherThan(page, 'probe');
    expect(alone!.request).toEqual({ method: 'input-x-gradient', objective: 'logit', parameters: {} });
    // Only logits are compared.
    await page.page.getByLabel('Objective').selectOption('probability');
    expect(await rivals.isVisible()).toBe(false);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('says prediction, confidence and label, in words and signs', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult()));
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toBe('Sandal 99.3\u00a0%');
    expect(await page.page.locator('.head-notes').textContent()).toBe('Matches the label Sandal, from the file name');
    await page.send(attributionState(await sandalResult({ label: { index: 7, name: 'Sneaker', source: 'user' } })));
    expect(await page.page.locator('.head-notes').textContent()).toBe('Differs from the label Sneaker, chosen by you');
    const rows = page.page.locator('.class-table tbody tr');
    expect(await rows.first().locator('th, td').allTextContents()).toEqual(['Sandal', '99.3\u00a0%', '9.99']);
    await page.close();
  });

  it('exports the overlay and a figure as PNG', async () => {
    const page = await openTiny();
    await page.posted();
    const signature = [0x89, 0x50, 0x4e, 0x47];
    for (const [item, format] of [
      ['Overlay', 'overlay-png'],
      ['Figure', 'figure-png'],
    ] as const) {
      await page.page.getByRole('button', { name: 'Export' }).click();
      await page.page.getByRole('menuitem', { name: item }).click();
      await expect
        .poll(async () => page.page.evaluate(() => (window as never as { testPosted: unknown[] }).testPosted.length))
        .toBe(1);
      const [message] = await page.posted();
      expect(message).toMatchObject({ type: 'export', format });
      const png = message!.png as Record<string, number>;
      expect([0, 1, 2, 3].map((index) => png[index])).toEqual(signature);
    }
    await page.close();
  });

  it('shows regions on a photo and exact pixels on request, and remembers both apart from small pictures', async () => {
    const side = 80;
    const picture = greyImage(side, side, Array<number>(side * side).fill(0.5));
    const data = new Float32Array(side * side);
    data[40 * side + 20] = 1;
    const photo = attributionState(
      await attributionResult({ picture, map: { data, height: side, width: side, channels: 1 } }),
    );
    const page = await open('panel');
    await page.send(photo);
    const changed = async () => {
      await page.settle();
      const [original, overlay] = [await readPixels(page, 'original'), await readPixels(page, 'overlay')];
      return { overlay, places: differingPixels(original, overlay) };
    };
    const regions = await changed();
    expect(regions.places).toHaveLength(side * side);
    const at = (x: number, y: number) => regions.overlay[4 * (y * side + x)]!;
    expect(at(60, 10)).toBe(Math.round(0.4 * 128));
    expect(at(22, 41)).toBeGreaterThan(at(60, 10) + 20);

    const exact = page.page.getByRole('checkbox', { name: 'Exact pixels' });
    expect(await exact.isChecked()).toBe(false);
    await exact.check();
    expect((await changed()).places).toEqual([40 * side + 20]);
    expect(await page.page.getByLabel('Smooth').inputValue()).toBe('0');
    await page.send(attributionState(await attributionResult({ picture: tinyPicture, map: tinyMap })));
    await page.settle();
    expect(await exact.isVisible()).toBe(false);
    const saved = await page.page.evaluate(() => (window as never as { testSaved: unknown }).testSaved);
    await page.close();

    const again = await open('panel', { saved: saved as object });
    await again.send(photo);
    const box = again.page.getByRole('checkbox', { name: 'Exact pixels' });
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    await again.settle();
    expect(await again.page.getByLabel('Smooth').inputValue()).toBe('0.02');
    await again.page.getByLabel('Shown as').selectOption('mask');
    await again.page.getByLabel('Matter most').fill('1');
    await again.settle();
    const [original, overlay] = [await readPixels(again, 'original'), await readPixels(again, 'overlay')];
    const lit = side * side - differingPixels(original, overlay).length;
    expect(lit).toBeGreaterThan(0.005 * side * side);
    expect(lit).toBeLessThan(0.02 * side * side);
    expect(await again.problems()).toEqual([]);
    await again.close();
  });

  it('keeps how the map is looked at over a reload, and only valid settings', async () => {
    const page = await openTiny();
    await page.page.getByLabel('Colours').selectOption('viridis');
    await page.settle();
    const saved = await page.page.evaluate(() => (window as never as { testSaved: unknown }).testSaved);
    expect(saved).toMatchObject({ v: 1, recordId: 'result-1', view: { colorMap: 'viridis' } });
    expect(JSON.stringify(saved).length).toBeLessThan(500);
    await page.close();

    const again = await open('panel', { saved: { ...(saved as object), view: { colorMap: 'viridis', opacity: 7 } } });
    await again.send(attributionState(await attributionResult({ picture: tinyPicture, map: tinyMap })));
    expect(await again.page.getByLabel('Colours').inputValue()).toBe('viridis');
    expect(await again.page.getByLabel('Opacity').inputValue()).toBe('0.8');
    expect(await again.problems()).toEqual([]);
    await again.close();
  });
});
