import { describe, expect, it } from 'vitest';
import { layoutFilm } from '../../../webview-ui/training/run/film/layout';
import { chromiumPath } from '../support/browser';
import type { TestPage } from '../support/panelPage';
import { frameAt, mapsOf, minibatches, runContents, runState } from '../support/runs';
import { differingPixels, readPixels, useBrowser } from '../support/session';
import { answerFrames, cellPixels } from '../support/frames';

const slider = ({ page }: TestPage) => page.getByRole('slider', { name: 'Minibatch' });

describe.skipIf(chromiumPath === undefined)('a run on the training page', () => {
  const open = useBrowser();

  it('scrubs through the frames, which come in chunks and are kept', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 1000 });
    await page.send(runState(run, false));
    expect((await answerFrames(page, run)).map(({ from }) => from)).toEqual([1000]);
    const end = await cellPixels(page, 0);
    expect(await page.page.getByRole('list', { name: 'Watched images' }).getByRole('button').count()).toBe(8);
    await slider(page).fill('100');
    const asked = await answerFrames(page, run);
    expect(asked[0]).toMatchObject({ from: 100, to: 164, stride: 1 });
    const early = await cellPixels(page, 0);
    expect(differingPixels(early, end).length).toBeGreaterThan(50);
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 100 of 1000');
    expect(
      await page.page
        .getByRole('button', { name: /^sandal\.png Shirt 18\.9.% · loss 2\.08 wrong: it is Sandal$/u })
        .count(),
    ).toBe(1);
    await slider(page).press('ArrowRight');
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 101 of 1000');
    expect(await answerFrames(page, run)).toEqual([]);
    await slider(page).press('End');
    expect(await cellPixels(page, 0)).toEqual(end);
    expect(
      await page.page.getByRole('button', { name: /^sandal\.png Sandal 99\.0.% · loss 0\.01 right$/u }).count(),
    ).toBe(1);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('looks at the maps in other ways without asking the host', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 20, images: 2 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    const before = await cellPixels(page, 0);
    await page.page.getByLabel('Map', { exact: true }).selectOption('loss-gradient');
    await page.settle();
    const gradient = await cellPixels(page, 0);
    expect(differingPixels(before, gradient).length).toBeGreaterThan(50);
    await page.page.getByLabel('Colours').selectOption('viridis');
    await page.settle();
    expect(differingPixels(gradient, await cellPixels(page, 0)).length).toBeGreaterThan(50);
    await page.page.getByRole('slider', { name: 'Opacity' }).fill('0');
    await page.settle();
    const picture = run.pictures[0]!.data;
    const pixels = await cellPixels(page, 0);
    expect(pixels.filter((_, index) => index % 4 === 0)).toEqual([...picture]);
    expect(await page.posted()).toEqual([]);
    await page.close();
  });

  it('follows a live run, and stays where the user looks', async () => {
    const page = await open('training');
    const run = await runContents({ step: 10, steps: 1000, images: 2 });
    await page.send(runState(run, true));
    await answerFrames(page, run);
    await page.send(minibatches(11, 5));
    await page.send({ type: 'event', event: { kind: 'frame', frame: frameAt(15, 1000, 2) } });
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 15 of 15');
    expect(await page.page.locator('.figure-value').first().textContent()).toBe('15 / 1,000');
    await slider(page).fill('3');
    await page.send({ type: 'event', event: { kind: 'frame', frame: frameAt(18, 1000, 2) } });
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 3 of 18');
    await page.page.getByRole('button', { name: 'Live' }).click();
    await page.send({ type: 'event', event: { kind: 'frame', frame: frameAt(19, 1000, 2) } });
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 19 of 19');
    await page.posted();
    await page.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.send({
      type: 'event',
      event: { kind: 'record', record: { ...run.record, status: 'paused', step: 19 } },
    });
    await page.page.getByRole('button', { name: 'Resume' }).click();
    await page.page.getByRole('button', { name: 'Stop' }).click();
    expect(await page.posted()).toEqual(['pause', 'resume', 'stop'].map((action) => ({ type: 'control', action })));
    await page.send({
      type: 'event',
      event: {
        kind: 'record',
        record: { ...run.record, status: 'finished', step: 1000, test: { loss: 0.2, accuracy: 0.92, count: 500 } },
      },
    });
    expect(await page.page.locator('.run-status').textContent()).toContain('Test accuracy 92.0\u00a0%');
    expect(await page.page.getByRole('button', { name: 'Pause', exact: true }).isVisible()).toBe(false);
    await page.page.getByRole('button', { name: 'Use This Model' }).click();
    expect(await page.posted()).toEqual([{ type: 'openModel' }]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('still shows the newest minibatch where frames come that were asked for before it', async () => {
    const page = await open('training');
    const run = await runContents({ step: 10, steps: 1000, images: 2 });
    await page.send(runState(run, true));
    await page.send({ type: 'event', event: { kind: 'frame', frame: frameAt(15, 1000, 2) } });
    expect(await answerFrames(page, run)).not.toEqual([]);
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 15 of 15');
    await page.send({ type: 'event', event: { kind: 'record', record: { ...run.record, status: 'finished' } } });
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 15 of 15');
    await page.close();
  });

  it('plays to the end', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 12, images: 1 });
    await page.send(runState(run, false));
    await page.page.getByRole('button', { name: 'Play', exact: true }).click();
    await answerFrames(page, run);
    await page.page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    expect(await slider(page).inputValue()).toBe('12');
    await page.close();
  });

  it('says that training died, and goes on', async () => {
    const page = await open('training');
    const run = await runContents({ step: 10, steps: 1000, continuable: true });
    await page.send(runState(run, false));
    expect(await page.page.locator('.run-status').textContent()).toBe(
      'Training ended unexpectedly after minibatch 10. It can go on from its last saved state.',
    );
    await page.posted();
    await page.page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.posted()).toEqual([{ type: 'control', action: 'continue' }]);
    await page.close();
  });

  it('opens an image with its training-integrated map and curves, by keys', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 20 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    await page.page.getByRole('list', { name: 'Watched images' }).getByRole('button').first().focus();
    await page.page.keyboard.press('ArrowRight');
    await page.page.keyboard.press('Enter');
    expect(await page.posted()).toEqual([{ type: 'maps', image: 1 }]);
    await page.send(mapsOf(run, 0));
    expect(await page.page.locator('.pane-message').nth(1).textContent()).toBe('Summing up…');
    await page.send(mapsOf(run, 1));
    const signed = await readPixels(page, 'training-integrated');
    await page.page.getByLabel('Reduction').selectOption('mean');
    await page.settle();
    expect(await readPixels(page, 'training-integrated')).toEqual(signed);
    await page.page.getByLabel('Times input').click();
    await page.settle();
    const product = await readPixels(page, 'training-integrated');
    expect(differingPixels(signed, product).length).toBeGreaterThan(50);
    await page.page.locator('[data-pane-figure="training-integrated"] .pane-surface').press('Home');
    await page.page.keyboard.press('Home');
    expect(await page.page.locator('.probe-text').textContent()).toMatch(
      /^row 14, column 0 · pixel .* · integrated .* · gradient × input /u,
    );
    await page.page.getByRole('button', { name: 'Close' }).click();
    expect(await page.page.getByRole('region', { name: 'Watched image' }).count()).toBe(0);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('encodes a film of all frames, under the policy of the page', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 150, images: 2 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    await page.page.evaluate(() => {
      const target = window as unknown as { testPosted: { push(message: unknown): number }; film: string };
      const push = target.testPosted.push.bind(target.testPosted);
      target.testPosted.push = (message) => {
        const { type, webm } = message as { type: string; webm: Uint8Array };
        if (type !== 'film') return push(message);
        let text = '';
        for (const byte of webm) text += String.fromCharCode(byte);
        target.film = btoa(text);
        return 0;
      };
    });
    await page.page.getByRole('button', { name: 'Export' }).click();
    await page.page.getByRole('menuitem', { name: 'Film' }).click();
    const asked = [];
    for (let attempt = 0; attempt < 100; attempt++) {
      asked.push(...(await answerFrames(page, run)));
      if (await page.page.evaluate(() => 'film' in window)) break;
      await page.page.waitForTimeout(100);
    }
    expect(asked.map(({ from }) => from)).toEqual([0, 64, 128]);
    const film = await page.page.evaluate(() => (window as unknown as { film: string }).film);
    const head = Buffer.from(film, 'base64').subarray(0, 64);
    expect([...head.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
    expect(head.toString('latin1')).toContain('webm');
    expect(await page.problems()).toEqual([]);
    const player = await page.page.context().newPage();
    const shown = await player.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const video = document.createElement('video');
      video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/webm' }));
      await new Promise((resolve, reject) => {
        video.onloadeddata = resolve;
        video.onerror = reject;
      });
      const { videoWidth, videoHeight, duration } = video;
      return { videoWidth, videoHeight, duration };
    }, film);
    const { width, height } = layoutFilm(2, { width: 28, height: 28 });
    expect(shown).toMatchObject({ videoWidth: width, videoHeight: height });
    // 151 frames at 12 a second, and the last one for two seconds more.
    expect(shown.duration).toBeCloseTo(151 / 12 + 2, 1);
    await page.close();
  });

  it('exports the map that is shown, and starts anew', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 20, images: 1 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    await page.page.getByLabel('Map', { exact: true }).selectOption('loss-gradient');
    await page.page.getByRole('button', { name: 'Export' }).click();
    await page.page.getByRole('menuitem', { name: 'Animation' }).click();
    await page.page.getByRole('button', { name: 'New Training…' }).click();
    expect(await page.posted()).toEqual([
      { type: 'export', what: 'animation-gif', map: 'loss-gradient' },
      { type: 'newRun' },
    ]);
    await page.send({ type: 'busy', title: 'Exporting', share: 0.4 });
    await page.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.posted()).toEqual([{ type: 'cancel' }]);
    await page.close();
  });

  it('ignores what it does not know, and frames of another shape', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 20, images: 1 });
    const frame = frameAt(5, 20, 1);
    for (const message of [
      null,
      {},
      { type: 'state', state: { kind: 'run' } },
      { type: 'state', state: { kind: 'run', run: { ...run, pictures: [] }, live: false } },
      { type: 'state', state: { kind: 'form', form: {} } },
      { type: 'event', event: { kind: 'frame' } },
    ])
      await page.send(message);
    expect(await page.page.locator('h1').count()).toBe(0);
    await page.send(runState({ ...run, frames: { ...run.frames, steps: [] } }, true));
    const garbage = [
      { ...frame, step: 21 },
      { ...frame, images: [] },
      { ...frame, images: [{ ...frame.images[0]!, lossGradient: new Int8Array(3) }] },
    ];
    for (const wrong of garbage) await page.send({ type: 'event', event: { kind: 'frame', frame: wrong } });
    await page.send(minibatches(900_000, 3));
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('none yet');
    await page.send({ type: 'event', event: { kind: 'frame', frame } });
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('Minibatch 5 of 5');
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('says so where something that it was sent did not arrive whole', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 100, images: 2 });
    await page.send(runState(run, false));
    await answerFrames(page, run);
    const frame = frameAt(5, 100, 2);
    const unresolved = { $$vscode_array_buffer_reference$$: true, index: 0 };
    const images = frame.images.map((image) => ({ ...image, lossGradient: unresolved }));
    await page.send({ type: 'frames', request: 2, frames: [{ ...frame, images }] });
    expect(await page.page.getByRole('alert').textContent()).toContain('could not be read and is not shown');
    expect(await page.posted()).toEqual([
      { type: 'refused', reason: expect.stringMatching(/^frames\.0\.images\.0\.lossGradient: /u) as string },
    ]);
    await page.page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.page.getByRole('alert').count()).toBe(0);
    await page.close();
  });

  it('has the training-integrated map in its place as soon as a finished run is shown', async () => {
    const page = await open('training');
    const run = await runContents({ steps: 20, images: 2 });
    await page.send(runState(run, false));
    expect(await page.posted()).toContainEqual({ type: 'maps', image: 0 });
    await page.send(mapsOf(run, 0));
    await page.page.getByRole('region', { name: 'Watched image', exact: true }).waitFor();
    expect(await page.page.locator('canvas[data-pane="training-integrated"]').isVisible()).toBe(true);
    await page.close();
  });

  it('says of a run without watched images how to have some', async () => {
    const page = await open('training');
    await page.send(runState(await runContents({ steps: 20, images: 0 }), false));
    const card = page.page.getByRole('region', { name: 'Attribution' });
    expect(await card.textContent()).toMatch(/No image was watched.*Add Images….*Watch in Training/u);
    expect(await page.page.getByRole('slider', { name: 'Minibatch' }).count()).toBe(0);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });
});
