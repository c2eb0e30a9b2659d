// Takes the README's pictures from the running product: node --import tsx scripts/screenshots.ts
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Workbench } from '../test/e2e/support/workbench';
import { TRAINING_FORM, TRAINING_RUN } from '../test/e2e/support/trainingSelectors';
import { openWorkbench } from '../test/e2e/support/workbench';
import { writeClassFolders } from './fashionMnist/classFolders';
import { startBrowser } from './support/browser';
import { packExtension } from './support/extensionPackage';
import { runScript } from './support/missing';
import { repository, temporaryFolder } from './support/paths';
import { startServer } from './support/vscodeServer';

/** High enough for all that the panel has to say. */
const WINDOW = { width: 1280, height: 960 };
const IMAGES_PER_CLASS = 120;
const WATCHED = ['sandal', 'ankle-boot', 'bag', 'trouser', 'shirt'];
const PICTURES = path.join(repository, 'media', 'readme');

/** Named as a reader would name it: the window's title and the Explorer show it. */
async function prepareFolder(): Promise<string> {
  const folder = path.join(temporaryFolder('gradient-lens-screenshots-'), 'samples');
  await cp(path.join(repository, 'samples'), folder, { recursive: true, filter: (file) => !file.endsWith('.md') });
  await writeClassFolders(path.join(folder, 'clothes'), IMAGES_PER_CLASS);
  return folder;
}

async function takePicture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1000);
  const file = path.join(PICTURES, `${name}.png`);
  await page.screenshot({ path: file });
  console.log(path.relative(repository, file));
}

async function pictureAttribution(workbench: Workbench): Promise<void> {
  await workbench.explorerMenu('sandal.png', 'Show Attribution');
  await workbench.webview('canvas[data-pane="overlay"]');
  await takePicture(workbench.page, 'attribution');
}

async function pictureFlower(workbench: Workbench): Promise<void> {
  await workbench.palette('View: Close All Editors');
  await workbench.palette('Gradient Lens: Select Model…');
  await workbench.pick('Flowers');
  await workbench.file('flowers').click();
  await workbench.explorerMenu('daisy.jpg', 'Show Attribution');
  const panel = await workbench.webview('canvas[data-pane="overlay"]');
  await panel.getByText('daisy', { exact: true }).first().waitFor();
  await takePicture(workbench.page, 'flower');
}

async function pictureAttack(workbench: Workbench): Promise<void> {
  await workbench.explorerMenu('sandal.png', 'Run Attack');
  await workbench.pick('FGSM');
  await workbench.webview('canvas[data-pane="adversarial"]');
  await takePicture(workbench.page, 'attack');
}

async function pictureTraining(workbench: Workbench): Promise<void> {
  await workbench.explorerSubmenu('clothes', 'Train on This Folder…');
  const form = await workbench.webview(TRAINING_FORM);
  for (const name of WATCHED) await workbench.explorerMenu(`${name}.png`, 'Watch in Training');
  await form.getByLabel('Epochs').fill('12');
  await form.getByRole('button', { name: 'Start Training' }).click();
  const run = await workbench.webview(TRAINING_RUN);
  await run
    .getByText(/^Finished/)
    .first()
    .waitFor({ timeout: 120_000 });
  await workbench.palette('Notifications: Clear All Notifications');
  await takePicture(workbench.page, 'training');
}

runScript(async () => {
  await mkdir(PICTURES, { recursive: true });
  const { file } = await packExtension();
  const folder = await prepareFolder();
  const server = await startServer({ packages: [file], settings: { 'workbench.colorTheme': 'Dark Modern' } });
  try {
    const browser = await startBrowser();
    try {
      const page = browser.page;
      await page.setViewportSize(WINDOW);
      const workbench = await openWorkbench(page, server, folder);
      await pictureAttribution(workbench);
      await pictureAttack(workbench);
      await pictureTraining(workbench);
      await pictureFlower(workbench);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
  return 0;
});
