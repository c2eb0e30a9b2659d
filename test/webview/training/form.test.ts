import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser';
import { datasetInfo, form, formState, sampleBytes, summary } from '../support/runs';
import { useBrowser } from '../support/session';

const dataset = { request: { path: '/data' }, info: datasetInfo };

describe.skipIf(chromiumPath === undefined)('the form of a training', () => {
  const open = useBrowser();

  it('starts with what was set, once there is a data set', async () => {
    const page = await open('training');
    await page.send(formState());
    const start = page.page.getByRole('button', { name: 'Start Training' });
    expect(await start.isDisabled()).toBe(true);
    expect(await page.page.locator('.start-reason').textContent()).toBe('Choose a data set first.');
    await page.page.getByRole('button', { name: 'Choose Folder…' }).click();
    await page.page.getByRole('button', { name: 'Get Fashion-MNIST' }).click();
    expect((await page.posted()).map(({ type }) => type)).toEqual(['ready', 'chooseDataset', 'getFashionMnist']);

    await page.send({ type: 'dataset', dataset });
    expect(await page.posted()).toEqual([{ type: 'summary', network: 'deep-network', fresh: false }]);
    expect(await page.page.locator('.start-reason').textContent()).toContain('35,630 minibatches');
    await page.page.getByLabel('Epochs').fill('3');
    await page.page.getByLabel('Optimiser').selectOption('momentum');
    await page.page.getByText('More', { exact: true }).click();
    await page.page.getByLabel('Momentum').fill('0.8');
    await page.page.getByLabel('Validation (%)').fill('7');
    await page.page.getByLabel('Name').fill('Mine');
    await start.click();
    expect(await page.posted()).toEqual([
      {
        type: 'start',
        plan: {
          network: 'deep-network',
          fresh: false,
          name: 'Mine',
          options: {
            ...form.defaults,
            epochs: 3,
            validationShare: 0.07,
            optimizer: { ...form.defaults.optimizer, kind: 'momentum', momentum: 0.8 },
          },
        },
      },
    ]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('says beside a field what is wrong, and does not start then', async () => {
    const page = await open('training');
    await page.send(formState({ dataset }));
    const epochs = page.page.getByLabel('Epochs');
    await epochs.fill('1.5');
    expect(await epochs.getAttribute('aria-invalid')).toBe('true');
    const described = await epochs.getAttribute('aria-describedby');
    expect(await page.page.locator(`#${described!}`).textContent()).toBe('Enter a whole number.');
    expect(await page.page.getByRole('button', { name: 'Start Training' }).isDisabled()).toBe(true);
    await epochs.fill('2');
    expect(await page.page.getByRole('button', { name: 'Start Training' }).isDisabled()).toBe(false);
    await page.page.getByRole('combobox', { name: 'Network' }).selectOption('alexnet');
    expect(await page.page.locator('.start-reason').textContent()).toContain('at least 64 × 64');
    await page.close();
  });

  it('has the data set read anew as its options ask', async () => {
    const page = await open('training');
    await page.send(formState({ dataset }));
    await page.posted();
    await page.page.getByLabel('Colour').selectOption('grayscale');
    await page.page.waitForTimeout(50);
    expect(await page.posted()).toEqual([{ type: 'dataset', request: { path: '/data', color: 'grayscale' } }]);
    expect(await page.page.locator('.dataset-body').textContent()).toBe('Reading the data set…');
    await page.page.getByLabel('Limit').fill('500');
    await page.page.waitForTimeout(800);
    const request = { path: '/data', color: 'grayscale', limit: 500 };
    expect(await page.posted()).toEqual([{ type: 'dataset', request }]);
    await page.send({ type: 'dataset', dataset: { request, info: { ...datasetInfo, trainCount: 500 } } });
    await page.page.getByText('Classes', { exact: true }).last().click();
    for (const name of datasetInfo.classes.slice(2)) await page.page.getByLabel(name, { exact: true }).uncheck();
    await page.page.getByRole('button', { name: 'Use Selected' }).click();
    await page.page.waitForTimeout(50);
    const classes = datasetInfo.classes.slice(0, 2);
    expect(await page.posted()).toContainEqual({ type: 'dataset', request: { ...request, classes } });
    await page.send({
      type: 'dataset',
      dataset: { request: { ...request, classes }, info: { ...datasetInfo, classes } },
    });
    expect(await page.page.getByLabel('Coat', { exact: true }).isChecked()).toBe(false);
    expect(await page.page.getByLabel('Trouser', { exact: true }).isChecked()).toBe(true);
    await page.close();
  });

  it('follows links out of a data set of folders where that is wanted', async () => {
    const page = await open('training');
    const error = { message: '"cat" is a link that leads out of the data set.', hint: 'Follow it.' };
    await page.send(formState({ dataset: { request: { path: '/linked' }, error } }));
    await page.posted();
    const follow = page.page.getByLabel('Follow links');
    await follow.check();
    await page.page.waitForTimeout(50);
    const request = { path: '/linked', followLinks: true };
    expect(await page.posted()).toEqual([{ type: 'dataset', request }]);
    await page.send({ type: 'dataset', dataset: { request, info: { ...datasetInfo, format: 'folders' } } });
    expect(await follow.isChecked()).toBe(true);
    await follow.uncheck();
    await page.page.waitForTimeout(50);
    expect(await page.posted()).toContainEqual({ type: 'dataset', request: { path: '/linked' } });
    await page.send({ type: 'dataset', dataset: { request, info: { ...datasetInfo, format: 'idx' } } });
    expect(await follow.isVisible()).toBe(false);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('lists layers, files that cannot be read, and why a data set is refused', async () => {
    const page = await open('training');
    const unreadable = [{ path: '/data/<b>x</b>.png', reason: 'Truncated.' }];
    await page.send(formState({ dataset: { ...dataset, info: { ...datasetInfo, unreadable, unreadableCount: 12 } } }));
    await page.send({ type: 'summary', network: 'alexnet', summary: { ...summary, parameters: 1 } });
    await page.send({ type: 'summary', network: 'deep-network', summary });
    await page.page.getByText('Layers: 3, parameters: 216,650').click();
    expect(await page.page.getByRole('row', { name: 'dense Dense 10 216,330' }).isVisible()).toBe(true);
    await page.page.getByText('Files left out as unreadable: 12').click();
    expect(await page.page.locator('.file-list').innerText()).toBe('/data/<b>x</b>.png: Truncated.\nand 11 more');
    const error = { message: 'There are no images.', hint: 'Choose a folder with a folder per class.' };
    await page.send({ type: 'dataset', dataset: { request: { path: '/empty' }, error } });
    expect(await page.page.getByRole('alert').innerText()).toContain('There are no images.');
    expect(await page.page.getByRole('button', { name: 'Start Training' }).isDisabled()).toBe(true);
    await page.close();
  });

  it('shows the watched images and removes one', async () => {
    const page = await open('training');
    const watched = [
      { name: 'sandal.png', path: '/a/sandal.png', thumbnail: sampleBytes('sandal') },
      { name: 'bag.png', path: '/a/bag.png' },
    ];
    await page.send(formState());
    await page.send({ type: 'watched', watched });
    const picture = page.page.locator('.thumbnail img');
    expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.posted();
    await page.page.getByRole('button', { name: 'Remove bag.png' }).click();
    await page.page.getByRole('button', { name: 'Add Images…' }).click();
    expect(await page.posted()).toEqual([{ type: 'removeWatched', index: 1 }, { type: 'chooseWatched' }]);
    expect(await page.problems()).toEqual([]);
    await page.close();
  });

  it('keeps what was typed when the host sends its state again, and over a reload', async () => {
    const page = await open('training');
    await page.send(formState({ dataset }));
    await page.page.getByLabel('Epochs').fill('42');
    await page.page.getByRole('combobox', { name: 'Network' }).selectOption('alexnet');
    await page.send(formState({ dataset }));
    expect(await page.page.getByLabel('Epochs').inputValue()).toBe('42');
    const saved = await page.page.evaluate(() => (window as unknown as { testSaved: unknown }).testSaved);
    await page.close();
    const again = await open('training', { saved });
    await again.send(formState({ dataset }));
    expect(await again.page.getByLabel('Epochs').inputValue()).toBe('42');
    expect(await again.page.getByRole('combobox', { name: 'Network' }).inputValue()).toBe('alexnet');
    await again.close();
  });
});
