import { describe, expect, it } from 'vitest';
import type { AttackResult } from '../../src/engine/calls/service';
import { chromiumPath } from './support/browser';
import { changeBetween } from '../../src/protocol/change';
import type { TestPage } from './support/panelPage';
import { attackResult, attackState, scores } from './support/results';
import { differingPixels, readPixels, useBrowser } from './support/session';

/** As DeepFool leaves it. */
async function smallestChange(): Promise<AttackResult> {
  const parameters = { norm: 'l2', overshoot: 0.02, steps: 50, candidates: 10, clamp: true };
  const { record, ...result } = await attackResult({
    record: { attack: 'deepfool', norm: 'l2', steps: 2, parameters },
  });
  const withoutEpsilon = { ...record };
  delete withoutEpsilon.epsilon;
  return { ...result, record: withoutEpsilon };
}

describe.skipIf(chromiumPath === undefined)('the attack page', () => {
  const open = useBrowser();
  const openAttack = async (): Promise<TestPage> => {
    const page = await open('panel');
    await page.send(attackState(await attackResult()));
    await page.posted();
    return page;
  };
  const attacks = async (page: TestPage) => (await page.posted()).filter(({ type }) => type === 'attack');
  const slide = (page: TestPage, position: number, event: 'input' | 'change') =>
    page.page.locator('[data-epsilon]').evaluate(
      (slider, { position, event }) => {
        (slider as HTMLInputElement).value = String(position);
        slider.dispatchEvent(new Event(event, { bubbles: true }));
      },
      { position, event },
    );

  it('shows three panes, each with its prediction, and says what happened', async () => {
    const page = await openAttack();
    expect(await page.page.locator('.prediction strong').allTextContents()).toEqual(['Sandal', 'Bag', 'Sneaker']);
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Changed the prediction from Sandal (99.3\u00a0%) to Sneaker (61.2\u00a0%).',
    );
    expect(await page.page.locator('.head-notes').textContent()).toContain(
      'After saving as 8-bit PNG: still Sneaker (59.7\u00a0%).',
    );
    expect(await page.page.locator('.head-notes').textContent()).toContain('Away from Sandal, from the file name');
    const [input, adversarial] = [await readPixels(page, 'input'), await readPixels(page, 'adversarial')];
    expect(differingPixels(input, adversarial).length).toBeGreaterThan(300);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('shows a change of what it has as it shows the whole, and asks for the whole where it has something else', async () => {
    const page = await openAttack();
    const before = await attackResult();
    const after = await attackResult({ epsilon: 0.1, record: { id: 'result-3', success: false } });
    const change = { type: 'change', kind: 'attack', change: changeBetween(before, after) };
    await page.send(change);
    const shown = async () => [await readPixels(page, 'adversarial'), await page.page.locator('main').textContent()];
    const [pixels, words] = await shown();
    expect(words).toContain('ε = 0.1');
    expect(await page.posted()).toEqual([]);
    // A change of a result that it never had.
    await page.send({ ...change, change: { ...change.change, of: 'result-0' } });
    expect((await page.posted()).map(({ type }) => type)).toEqual(['ready']);
    await page.send(attackState(after));
    expect(await shown()).toEqual([pixels, words]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('says when the saved picture no longer fools the model, and when the attack failed', async () => {
    const page = await openAttack();
    const { record } = await attackResult();
    const back = { ...record.saved, classes: scores({ 5: 0.55, 7: 0.44 }), success: false };
    await page.send(attackState(await attackResult({ record: { saved: back } })));
    expect(await page.page.locator('.head-notes').textContent()).toContain('no longer, back to Sandal (55.0\u00a0%)');
    const still = scores({ 5: 0.87, 7: 0.12 });
    await page.send(
      attackState(await attackResult({ record: { success: false, adversarialClasses: still, saved: back } })),
    );
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Did not change the prediction: still Sandal (87.0\u00a0%), before Sandal (99.3\u00a0%).',
    );
    await page.close();
  });

  it('shows the perturbation centred, amplified and to scale, with the factor', async () => {
    const page = await openAttack();
    const { perturbation } = await attackResult();
    const levels = async () => {
      const pixels = await readPixels(page, 'perturbation');
      return [...new Set(pixels.filter((_, index) => index % 4 === 0))].sort((a, b) => a - b);
    };
    const note = page.page.locator('[data-pane-figure="perturbation"] .pane-note');
    const hasZero = perturbation.data.includes(0);
    // Where the picture has no room for the whole step, less of it is there.
    const real = await levels();
    expect(real.filter((level) => ![0, 128, 255].includes(level)).length).toBeGreaterThan(0);
    expect(await note.getAttribute('title')).toMatch(/^a′ − a, what was really added: \d+ of 784 values were cut/);
    await page.page.getByLabel('Before cutting to the pixel range').check();
    await page.settle();
    expect(await levels()).toEqual(hasZero ? [0, 128, 255] : [0, 255]);
    expect(await note.textContent()).toBe('½ + δ × 50');
    await page.page.getByLabel('Show perturbation').selectOption('amplified');
    await page.settle();
    expect(await levels()).toEqual(hasZero ? [0, 255] : [255]);
    expect(await note.textContent()).toBe('|δ| × 100');
    await page.page.getByLabel('Show perturbation').selectOption('true-scale');
    await page.settle();
    expect((await levels()).at(-1)).toBe(3);
    expect(await page.posted()).toEqual([]);
    await page.close();
  });

  it('calls a class unknown whose score was not kept, and claims no goal where there was nothing to do', async () => {
    const page = await openAttack();
    const { record } = await attackResult();
    const kept = record.adversarialClasses.filter(({ index }) => index !== 5).slice(0, 3);
    await page.send(attackState(await attackResult({ record: { adversarialClasses: kept, startedRight: false } })));
    expect(await page.page.locator('.head-notes').textContent()).toContain('Nothing to do');
    expect(await page.page.locator('.head-notes').textContent()).not.toContain('Goal reached');
    const drawn = await page.page.evaluate(() => {
      const texts: string[] = [];
      type Draw = CanvasRenderingContext2D['fillText'];
      const draw = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, 'fillText')!.value as Draw;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
        texts.push(text);
        draw.call(this, text, ...where);
      };
      document.body.classList.toggle('vscode-light');
      return new Promise<string[]>((resolve) => setTimeout(() => resolve(texts), 300));
    });
    expect(drawn).toContain('not kept');
    expect(drawn).not.toContain('0\u00a0%');
    await page.close();
  });

  it('asks live while the slider moves, one at a time, and once for good when it rests', async () => {
    const page = await openAttack();
    await slide(page, 200, 'input');
    await slide(page, 210, 'input');
    await slide(page, 220, 'input');
    const first = await attacks(page);
    expect(first).toHaveLength(1);
    expect(first[0]).toMatchObject({ request: { attack: 'fgsm', live: true, parameters: { clamp: true } } });

    const asked = (first[0]!.request as { parameters: { epsilon: number } }).parameters.epsilon;
    await page.answer(first[0]!, { kind: 'done' }, attackState(await attackResult({ epsilon: asked })));
    const second = await attacks(page);
    expect(second).toHaveLength(1);
    expect(second[0]).toMatchObject({ request: { live: true } });
    // The slider stays where the user has it.
    expect(await page.page.locator('[data-epsilon]').inputValue()).toBe('220');

    await slide(page, 300, 'change');
    await slide(page, 300, 'input');
    await slide(page, 300, 'change');
    await page.page.waitForTimeout(250);
    const last = await attacks(page);
    expect(last).toHaveLength(1);
    const { epsilon } = (last[0]!.request as { parameters: { epsilon: number } }).parameters;
    expect(last[0]).toMatchObject({ request: { live: false } });
    // Logarithmic from 0.001 to 1: three quarters of the way is 0.001 · 1000^¾.
    expect(epsilon).toBeCloseTo(0.178, 3);

    // A late reply to an older position does not take the slider back.
    await page.answer(second[0]!, { kind: 'done' }, attackState(await attackResult({ epsilon: asked })));
    expect(await page.page.locator('[data-epsilon]').inputValue()).toBe('300');
    await page.answer(last[0]!, { kind: 'done' }, attackState(await attackResult({ epsilon })));
    expect(await page.page.getByLabel('ε as a fraction').inputValue()).toBe('0.178');
    expect(await page.page.locator('.epsilon-steps').textContent()).toBe('= 45.4/255');
    await page.close();
  });

  it('goes on after a live request failed', async () => {
    const page = await openAttack();
    await slide(page, 200, 'input');
    const [asked] = await attacks(page);
    await page.answer(asked!, { kind: 'failed', error: { message: 'The engine stopped.', hint: 'Try again.' } });
    await slide(page, 260, 'input');
    expect(await attacks(page)).toHaveLength(1);
    await page.close();
  });

  it('takes a number for ε, but none out of range', async () => {
    const page = await openAttack();
    const input = page.page.getByLabel('ε as a fraction');
    await input.fill('2');
    await input.press('Tab');
    expect(await attacks(page)).toEqual([]);
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    const problem = page.page.locator('.epsilon-field .field-problem');
    expect(await problem.textContent()).toBe('Enter a number from 0 to 1.');
    await input.press('Escape');
    expect(await input.inputValue()).toBe('0.01');
    expect(await problem.isVisible()).toBe(false);
    await input.fill('');
    await input.press('Tab');
    expect(await problem.isVisible()).toBe(true);
    expect(await attacks(page)).toEqual([]);
    await input.fill('0.05');
    await input.press('Enter');
    expect(await attacks(page)).toMatchObject([{ request: { live: false, parameters: { epsilon: 0.05 } } }]);
    await page.close();
  });

  it('takes an ε of another norm in that norm’s own range', async () => {
    const page = await openAttack();
    await page.page.getByLabel('Attack', { exact: true }).selectOption('pgd-euclidean');
    await attacks(page);
    const input = page.page.getByLabel('ε as an L2 norm');
    await input.fill('3');
    await input.press('Enter');
    expect(await attacks(page)).toMatchObject([{ request: { attack: 'pgd-euclidean', parameters: { epsilon: 3 } } }]);
    await page.close();
  });

  it('has no ε to set for an attack without one, and tells the distance instead', async () => {
    const page = await openAttack();
    const slider = page.page.locator('[data-epsilon]');
    const note = page.page.locator('[data-pane-figure="adversarial"] .pane-note');
    expect(await note.textContent()).toBe('ε = 0.01');
    await page.page.getByLabel('Goal').selectOption('towards');
    await attacks(page);
    await page.page.getByLabel('Attack', { exact: true }).selectOption('deepfool');
    const [asked] = await attacks(page);
    const { parameters, target } = asked!.request as { parameters: object; target?: number };
    expect(parameters).toEqual({ norm: 'l2', overshoot: 0.02, steps: 50, candidates: 10, clamp: true });
    expect(target).toBeUndefined();
    expect(await slider.isVisible()).toBe(false);
    expect(await page.page.getByLabel('Goal').locator('option').allTextContents()).toEqual(['Away from']);

    await page.send(attackState(await smallestChange()));
    expect(await slider.isVisible()).toBe(false);
    expect(await note.textContent()).toBe('L2 = 0.257');
    expect(await page.page.getByLabel('Attack', { exact: true }).inputValue()).toBe('deepfool');
    await page.page.getByLabel('Attack', { exact: true }).selectOption('fgsm');
    expect(await attacks(page)).toMatchObject([{ request: { attack: 'fgsm', parameters: { epsilon: 0.01 } } }]);
    expect(await slider.isVisible()).toBe(true);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('opens a result without ε, and takes the ε of another norm from the attack that has it', async () => {
    const page = await open('panel');
    await page.send(attackState(await smallestChange()));
    await page.posted();
    expect(await page.page.locator('[data-epsilon]').isVisible()).toBe(false);
    await page.page.getByLabel('Attack', { exact: true }).selectOption('pgd-euclidean');
    const [asked] = await attacks(page);
    expect(asked).toMatchObject({ request: { attack: 'pgd-euclidean', parameters: { epsilon: 0.5, steps: 10 } } });
    expect(await page.page.getByText('ε, L2 norm of the change').isVisible()).toBe(true);
    expect(await page.page.locator('.epsilon-steps').textContent()).toBe('');
    await page.close();
  });

  it('asks for a target, a label and other parameters', async () => {
    const page = await openAttack();
    await page.page.getByLabel('Goal').selectOption('towards');
    expect(await attacks(page)).toMatchObject([{ request: { target: 7, live: false } }]);
    await page.page.getByLabel('Keep within the pixel range').click();
    expect(await attacks(page)).toMatchObject([{ request: { target: 7, parameters: { clamp: false } } }]);
    await page.page.getByLabel('Attack', { exact: true }).selectOption('max-normed-gradient');
    const [request] = await attacks(page);
    expect(request).toMatchObject({
      request: { attack: 'max-normed-gradient', parameters: { normalization: 'max-absolute' } },
    });
    await page.close();
  });
});
