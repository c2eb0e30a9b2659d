import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { repository } from '../../scripts/support/paths';
import { seriousViolations } from './support/accessibility';
import { engineProcesses } from './support/engineProcess';
import { useSession } from './support/session';
import { trainingForm, trainingRun } from './support/trainingPage';

const CLASSES = ['bag', 'sandal'];
const EACH = 24;
const MINIBATCH = 4;

/** Each class: one sample, moved about. */
async function writeClasses(folder: string): Promise<void> {
  for (const name of CLASSES) {
    const target = path.join(folder, 'shop', name);
    await mkdir(target, { recursive: true });
    const sample = path.join(repository, 'samples', `${name}.png`);
    for (let number = 0; number < EACH; number++) {
      const [left, top] = [number % 5, Math.floor(number / 5)];
      await sharp(sample)
        .extend({ left, top, right: 4 - left, bottom: 4 - top, background: 'black' })
        .resize(28, 28)
        .toFile(path.join(target, `${number}.png`));
    }
  }
}

describe('training a network', () => {
  const session = useSession(writeClasses);
  const runs = () => path.join(session().folder, 'gradient-lens-runs');
  const run = () => path.join(runs(), readdirSync(runs())[0]!);
  const record = () =>
    JSON.parse(readFileSync(path.join(run(), 'run.json'), 'utf8')) as {
      readonly status: string;
      readonly step: number;
      readonly steps: number;
      readonly watched: readonly unknown[];
    };

  it('begins with a folder of the Explorer, and with images to watch', async () => {
    const { workbench } = session();
    await workbench.explorerSubmenu('shop', 'Train on This Folder…');
    const { frame } = await trainingForm(workbench);
    await frame.getByText(/bag/).first().waitFor();
    for (const name of CLASSES) await workbench.explorerMenu(`${name}.png`, 'Watch in Training');
    const watched = frame.getByRole('list', { name: 'Images to watch' }).getByRole('listitem');
    await expect.poll(() => watched.count()).toBe(2);
    await expect.poll(() => frame.getByRole('button', { name: 'Start Training' }).isEnabled()).toBe(true);
    expect(await seriousViolations(frame)).toEqual([]);
  });

  it('is watched while it goes on, to its end', async () => {
    const { server, workbench } = session();
    const before = engineProcesses(server);
    const form = await trainingForm(workbench);
    await form.frame.getByLabel('Epochs').fill('8');
    await form.frame.getByLabel('Epochs').press('Tab');
    await form.frame.getByLabel('Minibatch', { exact: true }).fill(String(MINIBATCH));
    await form.frame.getByLabel('Minibatch', { exact: true }).press('Tab');
    await form.button('Start Training').click();
    const page = await trainingRun(workbench);
    await page.frame
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 120_000 });
    await workbench.notification(/Use This Model/);
    expect(engineProcesses(server).length).toBeGreaterThan(before.length - 1);
    expect((await page.pictures()).length).toBe(2);
    const { status, step, steps, watched } = record();
    expect([status, step]).toEqual(['finished', steps]);
    expect(watched).toHaveLength(2);
    expect(await seriousViolations(page.frame)).toEqual([]);
  });

  it('is scrubbed through: every minibatch has maps of its own', async () => {
    const { workbench } = session();
    const page = await trainingRun(workbench);
    const slider = page.frame.getByRole('slider', { name: 'Minibatch' });
    expect(Number(await slider.getAttribute('max'))).toBe(record().steps);
    await page.scrub(0);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/\b0 of/);
    const first = await page.pictures();
    await page.scrub(record().steps);
    await expect.poll(page.pictures).not.toEqual(first);
    const last = await page.pictures();
    last.forEach((picture, index) => expect(picture).not.toBe(first[index]));
    await page.scrub(0);
    await expect.poll(page.pictures).toEqual(first);
    await page.button('Play').click();
    await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(3);
    await page.button('Pause Playback').click();
  });

  it('shows the training-integrated map of an image beside those of the trained network', async () => {
    const page = await trainingRun(session().workbench);
    await page.frame.getByRole('list', { name: 'Watched images' }).getByRole('button').first().click();
    const detail = page.frame.getByRole('region', { name: 'Watched image', exact: true });
    await detail.waitFor();
    await expect.poll(() => detail.textContent(), { timeout: 30_000 }).toMatch(/integrated gradients/i);
  });

  it('is exported as an animation', async () => {
    const { folder, workbench } = session();
    const page = await trainingRun(workbench);
    const file = path.join(folder, 'shop.gif');
    await page.export('Animation');
    await workbench.saveAs(file);
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const { format, pages } = await sharp(file, { animated: true }).metadata();
    expect(format).toBe('gif');
    expect(pages).toBeGreaterThan(1);
  });

  it('is exported as a film that the page encodes', async () => {
    const { folder, workbench } = session();
    const page = await trainingRun(workbench);
    const file = path.join(folder, 'shop.webm');
    await page.export('Film');
    await workbench.saveAs(file);
    // The file is there before its bytes are.
    const beginning = () => (existsSync(file) ? readFileSync(file).subarray(0, 4).toString('hex') : '');
    await expect.poll(beginning, { timeout: 60_000 }).toBe('1a45dfa3');
  });

  it('is still shown after the window is loaded again, and is listed with the others', async () => {
    const { workbench } = session();
    await workbench.reload();
    const page = await trainingRun(workbench);
    await page.frame
      .getByText(/^Finished/)
      .first()
      .waitFor();
    // A reply with more arrays than the editor counts: a chunk of 64 frames of two images.
    expect(record().steps).toBeGreaterThan(64);
    const last = await page.pictures();
    await page.scrub(0);
    await expect.poll(page.pictures).not.toEqual(last);
    await workbench.palette('Gradient Lens: Focus on Training Runs View');
    await workbench.page.getByRole('treeitem', { name: /Deep network.*right/ }).waitFor();
  });
});
