import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChannel } from '../../scripts/support/vscodeServer';
import { engineProcesses } from './support/engineProcess';
import type { PanePixels } from './support/panel';
import { differsAt, findPanel, samePixels, showAttribution, untilPixels } from './support/panel';
import { useSession } from './support/session';
import { storedResults } from './support/storedResults';
import { walkTabOrder } from './support/tabOrder';

describe('showing an attribution', () => {
  const session = useSession((folder) => writeFile(path.join(folder, 'notes.png'), 'This is no picture.\n'));
  const ownEngine = () => engineProcesses(session().server).at(-1)!;

  it('opens a panel from the menu of a picture, coloured where the map says so', async () => {
    const { server, folder, workbench } = session();
    const panel = await showAttribution(workbench, 'sandal.png');
    await expect.poll(() => storedResults(server, folder).length).toBe(1);
    const map = storedResults(server, folder)[0]!.array('map.npy');
    const original = await panel.pixels('original');
    const overlay = await panel.pixels('overlay');

    expect(map.shape).toEqual([28, 28, 1]);
    expect([overlay.width, overlay.height]).toEqual([28, 28]);
    const largest = map.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const pixels = [...map.data.keys()];
    const unimportant = pixels.filter((pixel) => map.data[pixel] === 0);
    const important = pixels.filter((pixel) => Math.abs(map.data[pixel]!) > 0.3 * largest);
    expect(unimportant.length).toBeGreaterThan(0);
    expect(important.length).toBeGreaterThan(0);
    expect(unimportant.filter((pixel) => differsAt(original, overlay, pixel))).toEqual([]);
    expect(important.filter((pixel) => !differsAt(original, overlay, pixel))).toEqual([]);
  });

  it('says the predicted class, its confidence and the five most probable', async () => {
    const { frame } = await findPanel(session().workbench, 'overlay');
    await expect.poll(() => frame.getByRole('heading', { level: 1 }).textContent()).toMatch(/sandal.*\d\s%/i);
    const rows = frame.getByRole('region', { name: 'Most probable classes' }).locator('tbody tr');
    expect(await rows.count()).toBeGreaterThanOrEqual(5);
    const shares = (await rows.locator('td:nth-child(2)').allTextContents()).map(parseFloat);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
  });

  it('changes how the map is seen while the engine stands still', async () => {
    const { server, workbench } = session();
    const panel = await findPanel(workbench, 'overlay');
    const requests = () => (readChannel(server.folder, 'Gradient Lens').match(/computing \d+ ms/g) ?? []).length;
    const requestsBefore = requests();
    const original = await panel.pixels('original');
    const overlay = await panel.pixels('overlay');
    const map = await panel.pixels('map');
    expect(requestsBefore).toBeGreaterThan(0);

    const engine = ownEngine();
    process.kill(engine, 'SIGSTOP');
    try {
      await panel.control('Opacity').fill('0');
      await untilPixels(panel, 'overlay', (now) => samePixels(now, original));
      await panel.control('Opacity').fill('1');
      await untilPixels(panel, 'overlay', (now) => !samePixels(now, original) && !samePixels(now, overlay));

      const display = panel.frame.locator('details.display');
      if ((await display.getAttribute('open')) === null) await display.locator('summary').click();
      await panel.control('Clip largest').fill('20');
      await untilPixels(panel, 'map', (now) => !samePixels(now, map));
      await panel.control('Colours').selectOption({ label: 'Grey' });
      await untilPixels(panel, 'map', isGrey);
      await panel.frame.getByRole('button', { name: 'Reset' }).click();
      await untilPixels(panel, 'map', (now) => samePixels(now, map));
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    expect(requests()).toBe(requestsBefore);
  });

  it('reads pixels with the arrow keys', async () => {
    const { workbench } = session();
    const { frame } = await findPanel(workbench, 'overlay');
    await frame.getByRole('application').first().focus();
    const texts = new Set<string | null>();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'End']) {
      await workbench.page.keyboard.press(key);
      texts.add(await frame.locator('#probe').textContent());
    }
    expect(texts.size).toBe(4);
    await workbench.page.keyboard.press('Escape');
  });

  it('reaches every control with the keyboard', async () => {
    const { workbench } = session();
    const { frame } = await findPanel(workbench, 'overlay');
    await workbench.palette('View: Focus Active Editor Group');
    await expect.poll(() => frame.evaluate<boolean>('document.hasFocus()')).toBe(true);
    const { all, reached } = await walkTabOrder(frame);
    expect(all.length).toBeGreaterThan(8);
    expect(reached).toEqual(all);
  });

  it('says when the engine dies during a request, and answers the next one', async () => {
    const panel = await findPanel(session().workbench, 'overlay');
    const before = await panel.pixels('map');
    const engine = ownEngine();
    process.kill(engine, 'SIGSTOP');
    await panel.control('Method').selectOption('gradient');
    await panel.frame.locator('.busy').waitFor({ state: 'visible' });
    process.kill(engine, 'SIGKILL');

    const alert = panel.frame.locator('.banner[role="alert"]');
    await alert.waitFor({ state: 'visible' });
    expect(await alert.textContent()).toMatch(/engine/i);
    await panel.settled();

    await panel.control('Method').selectOption('input-x-gradient');
    await untilPixels(panel, 'map', (now) => !samePixels(now, before));
    expect(ownEngine()).not.toBe(engine);
  });

  it('says in a sentence that a text file is no picture, whatever its name', async () => {
    const { workbench } = session();
    await workbench.explorerMenu('notes.png', 'Show Attribution');
    const frame = await workbench.webview('.plain[role="alert"]');
    const text = await frame.getByRole('alert').textContent();
    expect(text).toContain('notes.png');
    expect(await frame.getByRole('heading').textContent()).toMatch(/\.$/);
    expect(text).not.toMatch(/\bat \S+:\d+/);
  });
});

function isGrey({ rgba }: PanePixels): boolean {
  return rgba.every((value, index) => index % 4 === 3 || value === rgba[index - (index % 4)]);
}
