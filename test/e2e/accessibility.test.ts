import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { seriousViolations } from './support/accessibility';
import { findPanel, showAttribution } from './support/panel';
import { useSession } from './support/session';

const THEMES = [
  ['dark', 'Dark Modern', 'vscode-dark'],
  ['light', 'Light Modern', 'vscode-light'],
  ['high contrast', 'Dark High Contrast', 'vscode-high-contrast'],
] as const;

describe('accessibility', () => {
  const session = useSession((folder) => writeFile(path.join(folder, 'notes.png'), 'This is no picture.\n'));

  async function wearTheme(theme: string, mark: string, selector: string): Promise<void> {
    const { workbench } = session();
    await workbench.wearTheme(theme);
    const frame = await workbench.webview(selector);
    await frame.locator(`body.${mark}`).waitFor();
  }

  it.each(THEMES)(
    'axe finds nothing serious in the attribution panel and the inspector, %s',
    async (_name, theme, mark) => {
      const { workbench } = session();
      const { frame } = await showAttribution(workbench, 'sandal.png');
      await wearTheme(theme, mark, 'canvas[data-pane="overlay"]');
      const display = frame.locator('details.display');
      if ((await display.getAttribute('open')) === null) await display.locator('summary').click();
      expect(await seriousViolations(frame)).toEqual([]);

      await workbench.palette('Gradient Lens: Focus on Inspector View');
      const inspector = await workbench.webview('.inspector');
      expect(await seriousViolations(inspector)).toEqual([]);
      await workbench.palette('View: Show Explorer');
    },
  );

  it.each(THEMES)('axe finds nothing serious in the attack panel, %s', async (_name, theme, mark) => {
    const { workbench } = session();
    await workbench.explorerMenu('sandal.png', 'Run Attack');
    await workbench.pick('FGSM');
    await findPanel(workbench, 'adversarial');
    await wearTheme(theme, mark, 'canvas[data-pane="adversarial"]');
    const { frame } = await findPanel(workbench, 'adversarial');
    expect(await seriousViolations(frame)).toEqual([]);
  });

  it('axe finds nothing serious where a picture cannot be read', async () => {
    const { workbench } = session();
    await workbench.explorerMenu('notes.png', 'Show Attribution');
    expect(await seriousViolations(await workbench.webview('.plain[role="alert"]'))).toEqual([]);
  });

  it('axe finds a violation that is there', async () => {
    const frame = await session().workbench.webview('.plain[role="alert"]');
    await frame.evaluate(`document.querySelector('h1').setAttribute('role', 'slider')`);
    expect((await seriousViolations(frame)).join()).toContain('aria-required-attr');
  });
});
