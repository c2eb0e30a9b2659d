import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../../scripts/support/paths';
import { findPanel, samePixels, showAttribution, untilPixels } from './support/panel';
import { useSession } from './support/session';

describe("a user's own model", () => {
  const session = useSession();
  let elsewhere: string;
  beforeAll(async () => {
    elsewhere = await mkdtemp(path.join(tmpdir(), 'gradient-lens-model-'));
  });
  afterAll(() => rm(elsewhere, { recursive: true }));

  it('is chosen from the disk and used at once', async () => {
    const { workbench } = session();
    const folder = path.join(elsewhere, 'mine');
    await cp(path.join(repository, 'media', 'models', 'fashion-mnist-untrained'), folder, { recursive: true });
    const specification = path.join(folder, 'lens.json');
    const content = JSON.parse(await readFile(specification, 'utf8')) as object;
    await writeFile(specification, JSON.stringify({ ...content, name: 'My own network' }));

    const panel = await showAttribution(workbench, 'sandal.png');
    const before = await panel.pixels('map');
    await workbench.palette('Gradient Lens: Select Model…');
    await workbench.pick('Browse…');
    await workbench.chooseFile(path.join(folder, 'model.json'));
    await untilPixels(await findPanel(workbench, 'map'), 'map', (now) => !samePixels(now, before));
    await expect.poll(() => panel.frame.locator('header').first().textContent()).toContain('My own network');
  });

  it('is still the chosen one after the window is loaded again', async () => {
    const { workbench } = session();
    await workbench.palette('View: Close All Editors');
    await workbench.reload();
    const panel = await showAttribution(workbench, 'bag.png');
    await expect.poll(() => panel.frame.locator('header').first().textContent()).toContain('My own network');
  });

  it('may be an ONNX file', async () => {
    const { workbench } = session();
    const file = path.join(elsewhere, 'narrow-resnet.onnx');
    await cp(path.join(repository, 'test', 'golden', 'graph', 'resnet18.onnx'), file);
    const panel = await showAttribution(workbench, 'sandal.png');
    const before = await panel.pixels('map');
    await workbench.palette('Gradient Lens: Select Model…');
    await workbench.pick('Browse…');
    await workbench.chooseFile(file);
    await untilPixels(await findPanel(workbench, 'map'), 'map', (now) => !samePixels(now, before));
    const header = panel.frame.locator('header').first();
    await expect.poll(() => header.textContent()).toMatch(/narrow-resnet.*engine onnx/);
  });

  it('is told how to take its pixels where nothing tells, and keeps it', async () => {
    const { workbench } = session();
    const panel = await findPanel(workbench, 'map');
    const before = await panel.pixels('map');
    expect(await panel.frame.locator('.warning-text').textContent()).toMatch(/is assumed/);
    await panel.frame.getByRole('button', { name: 'Choose Preprocessing…' }).click();
    await workbench.pick('torchvision');
    await untilPixels(panel, 'map', (now) => !samePixels(now, before));
    const description = await readFile(path.join(elsewhere, 'narrow-resnet.lens.json'), 'utf8');
    expect(JSON.parse(description)).toEqual({ input: { preset: 'torchvision' } });
    await expect.poll(() => panel.frame.getByRole('button', { name: 'Choose Preprocessing…' }).isVisible()).toBe(false);
  });

  it('is refused in a sentence where the file is none', async () => {
    const { folder, workbench } = session();
    const file = path.join(folder, 'package.json');
    await writeFile(file, '{ "name": "no model" }');
    await workbench.palette('Gradient Lens: Select Model…');
    await workbench.pick('Browse…');
    await workbench.chooseFile(file);
    const message = await workbench.notification('package.json');
    expect(await message.textContent()).toMatch(/\w\. \w.*\./);
  });
});
