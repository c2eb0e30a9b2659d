import { describe, expect, it } from 'vitest';
import { chromiumPath } from './support/browser';
import {
  attackResult,
  attackState,
  attributionResult,
  attributionState,
  sandalResult,
  tinyMap,
  tinyPicture,
} from './support/results';
import { datasetInfo, formState } from './support/runs';
import { useBrowser } from './support/session';

/** How a model takes its pixels. */
const input = {
  color: 'grayscale',
  range: [0, 1],
  mean: [0],
  std: [1],
  resize: 'stretch',
  interpolation: 'bilinear',
} as const;

describe.skipIf(chromiumPath === undefined)('messages to the panel', () => {
  const open = useBrowser();

  it('ignores what it does not know, and arrays that are not as long as they say', async () => {
    const page = await open('panel');
    const good = await attributionResult({ picture: tinyPicture, map: tinyMap });
    const state = { kind: 'attribution', catalog: { attribution: [], attack: [], metric: [] }, result: good };
    const garbage: readonly unknown[] = [
      null,
      7,
      'state',
      [],
      {},
      { type: 'state' },
      { type: 'state', state: { kind: 'attribution' } },
      { type: 'state', state: { ...state, result: { ...good, map: { ...tinyMap, width: 4000 } } } },
      { type: 'state', state: { ...state, result: { ...good, input: { ...good.input, channels: 2 } } } },
      { type: 'state', state: { ...state, result: { ...good, record: { ...good.record, version: 2 } } } },
      { type: 'state', state: { ...state, kind: 'attack' } },
      { type: 'busy', id: 'host-1', title: 5 },
      { type: 'answer', id: 'host-1', outcome: { kind: 'lost' } },
      { type: 'failed', error: 'no object' },
      { type: 'constructor' },
    ];
    for (const message of garbage) await page.send(message);
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toBe('See why your model decides');
    expect(await page.page.locator('.busy').isVisible()).toBe(false);
    await page.send({ type: 'state', state });
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^Sandal/);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('tells the extension what it refuses, and where it does not fit', async () => {
    const panel = await open('panel');
    await panel.posted();
    const good = await attributionResult({ picture: tinyPicture, map: tinyMap });
    const state = { kind: 'attribution', catalog: { attribution: [], attack: [], metric: [] }, result: good };
    const model = { ...good.record.model, engine: 'abacus' };
    const layer = { id: 'conv_4', kind: 'Conv2D', height: 1, width: 1, channels: 8 };
    for (const message of [
      { type: 'state', state: { ...state, result: { ...good, record: { ...good.record, model } } } },
      { type: 'state', state: { ...state, result: { ...good, map: { ...tinyMap, width: 4000 } } } },
      { type: 'state', state: { ...state, result: { ...good, record: { ...good.record, layer } } } },
      { type: 'busy', id: 'host-1', title: 5 },
    ])
      await panel.send(message);
    expect(await panel.posted()).toEqual([
      {
        type: 'refused',
        reason: 'state.result.record.model.engine: not one of "onnx", "tensorflow", "wasm", "cpu"',
      },
      { type: 'refused', reason: 'state.result.map: not as long as its shape says' },
      { type: 'refused', reason: 'state.result: not a map as large as its image or its layer' },
      { type: 'refused', reason: 'title: not a text of at most 100000 characters' },
    ]);
    await panel.close();

    const training = await open('training');
    await training.posted();
    await training.send(formState());
    const dataset = { request: { path: '/data' }, info: { ...datasetInfo, format: 'tfrecord' } };
    await training.send({ type: 'dataset', dataset });
    expect(await training.posted()).toEqual([
      {
        type: 'refused',
        reason: 'dataset.info.format: not one of "folders", "idx", "cifar-10", "cifar-100", "npz"',
      },
    ]);
    await training.close();
  });

  it('shows names out of model files as text, never as markup', async () => {
    const page = await open('panel');
    const name = '<img src=x onerror=alert(1)><b>bold</b>';
    const result = await sandalResult({
      classes: [{ index: 0, name, logit: 3, probability: 0.9 }],
      warnings: [name],
      label: { index: 0, name, source: 'user' },
    });
    await page.send(attributionState({ ...result, classNames: [name] }));
    expect(await page.page.getByRole('heading', { level: 1 }).textContent()).toContain(name);
    expect(await page.page.locator('img, b').count()).toBe(0);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('offers to choose how pixels are scaled where that is assumed, and only there', async () => {
    const page = await open('panel');
    const choose = page.page.getByRole('button', { name: 'Choose Preprocessing…' });
    const { record, ...arrays } = await sandalResult({ warnings: ['[0, 1] is assumed.'] });
    const told = { ...input, source: 'lens.json' };
    await page.send(
      attributionState({ ...arrays, record: { ...record, model: { ...record.model, preprocessing: told } } }),
    );
    expect(await choose.isVisible()).toBe(false);
    const assumed = { ...input, source: 'assumed' };
    await page.send(
      attributionState({ ...arrays, record: { ...record, model: { ...record.model, preprocessing: assumed } } }),
    );
    await page.posted();
    await choose.click();
    expect(await page.posted()).toEqual([{ type: 'command', command: 'choosePreprocessing' }]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('says what runs, how far it is, and lets it be cancelled', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult()));
    await page.send({ type: 'busy', id: 'host-1', title: 'Computing the attribution of sandal.png…' });
    await page.page.locator('.busy').waitFor({ state: 'visible' });
    await page.send({
      type: 'busy',
      id: 'host-1',
      title: 'Computing the attribution of sandal.png…',
      progress: { stage: 'compute', done: 26, total: 50 },
    });
    expect(await page.page.locator('.busy-stage').textContent()).toBe('Computing 26 of 50');
    expect(await page.page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('26');
    expect(await page.page.locator('[aria-live]').textContent()).toBe('50 percent');
    await page.posted();
    await page.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.posted()).toEqual([{ type: 'cancel', id: 'host-1' }]);
    // The end of another request is not that of this one.
    await page.send({ type: 'answer', id: 'host-0', outcome: { kind: 'cancelled' } });
    expect(await page.page.locator('.busy').isVisible()).toBe(true);
    await page.send({ type: 'answer', id: 'host-1', outcome: { kind: 'cancelled' } });
    expect(await page.page.locator('.busy').isVisible()).toBe(false);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('shows a failure over the result until it is dismissed', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult()));
    await page.send({ type: 'failed', error: { message: 'The engine stopped.', hint: 'Ask again.' } });
    const alert = page.page.getByRole('alert');
    expect(await alert.textContent()).toContain('The engine stopped. Ask again.');
    expect(await page.page.locator('canvas[data-pane="map"]').isVisible()).toBe(true);
    await page.page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await alert.count()).toBe(0);
    await page.close();
  });

  it('shows an error with what to do next', async () => {
    const page = await open('panel');
    const error = { message: 'notes.png is not a picture.', hint: 'Choose a PNG.' };
    await page.send({ type: 'state', state: { kind: 'error', imageName: 'notes.png', error } });
    expect(await page.page.getByRole('alert').textContent()).toContain('notes.png is not a picture.Choose a PNG.');
    await page.posted();
    for (const name of ['Retry', 'Select Model…', 'Show Log']) await page.page.getByRole('button', { name }).click();
    expect((await page.posted()).map(({ command }) => command)).toEqual(['retry', 'selectModel', 'showLog']);
    await page.close();
  });

  it('keeps the policy in every state and after a change of theme', async () => {
    const page = await open('panel');
    await page.send(attributionState(await sandalResult()));
    await page.send(attackState(await attackResult()));
    await page.setTheme('high-contrast-light');
    expect(await page.problems()).toEqual([]);
    await page.close();
  });
});
