import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';
import type { ServerFacts } from '../../../scripts/support/vscodeServer';
import { workbenchAddress } from '../../../scripts/support/vscodeServer';

/** One VS Code window, driven as a person would. */
export interface Workbench {
  readonly page: Page;
  /** Loads the window again, as the command Developer: Reload Window does. */
  readonly reload: () => Promise<void>;
  /** A row of the Explorer. */
  readonly file: (name: string) => Locator;
  /** Right-clicks a file in the Explorer and chooses an item of its menu. */
  readonly explorerMenu: (file: string, item: string | RegExp) => Promise<void>;
  /** The same for an item of the submenu that this extension has for folders. */
  readonly explorerSubmenu: (file: string, item: string | RegExp) => Promise<void>;
  /** Runs a command by its title. */
  readonly palette: (title: string) => Promise<void>;
  /** Chooses a row of an open quick pick. */
  readonly pick: (row: string | RegExp) => Promise<void>;
  /** Names the file in an open dialog that saves and proposes a name with the same ending. */
  readonly saveAs: (file: string) => Promise<void>;
  /** Chooses a file in an open file dialog. */
  readonly chooseFile: (file: string) => Promise<void>;
  /** Changes the colour theme by its name, as the theme picker has it. */
  readonly wearTheme: (name: string) => Promise<void>;
  /** The document of the webview that contains `selector`. */
  readonly webview: (selector: string) => Promise<Frame>;
  /** A visible message whose text contains `text`. */
  readonly notification: (text: string | RegExp) => Promise<Locator>;
}

const MENU_IGNORES_CLICKS_MS = 250;
const PATIENCE_MS = 30_000;
/** What a dialog still does by itself after typing is done by then. */
const SETTLED_MS = 300;

/** Opens a window on `folder` and waits until its Explorer lists files. */
export function openWorkbench(page: Page, server: ServerFacts, folder: string): Promise<Workbench> {
  return openWorkbenchAt(page, workbenchAddress(server, { folder }));
}

export async function openWorkbenchAt(page: Page, address: string): Promise<Workbench> {
  await page.goto(address);
  await ready(page);

  const file = (name: string) =>
    page.locator('.explorer-folders-view .monaco-list-row', {
      has: page.locator('.label-name', { hasText: exactly(name) }),
    });
  const quickInput = page.locator('.quick-input-widget');
  const input = quickInput.locator('input.input');
  const palette = (title: string) =>
    retry(async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout: 3000 });
      await quickInput.locator('.monaco-list-row', { hasText: title }).first().click({ timeout: 3000 });
    });

  /** Types a path into the dialog for files and confirms it: rows that are clicked may move under the pointer. */
  const confirmPath = (chosen: string) =>
    retry(async () => {
      await input.fill(chosen, { timeout: 2000 });
      await delay(SETTLED_MS);
      if ((await input.inputValue()) !== chosen) throw new Error(`The dialog replaced ${chosen}.`);
      await input.press('Enter', { timeout: 2000 });
      await quickInput.waitFor({ state: 'hidden', timeout: 5000 });
    });

  return {
    page,
    file,
    reload: async () => {
      const loaded = page.waitForEvent('domcontentloaded');
      await palette('Developer: Reload Window');
      await loaded;
      await ready(page);
    },
    explorerSubmenu: async (name, item) => {
      const menus = page.locator('.context-view .monaco-menu');
      const parent = menus.first().locator('.action-item', { hasText: /^\s*Gradient Lens\s*$/ });
      const entry = page.locator('.monaco-submenu .action-item', { hasText: item });
      await retry(async () => {
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await file(name).click({ button: 'right', timeout: 5000 });
        await parent.first().waitFor({ timeout: 1500 });
        await page.waitForTimeout(MENU_IGNORES_CLICKS_MS);
        await parent.first().hover({ timeout: 1500 });
        await parent.first().click({ timeout: 1500 });
        await entry.first().waitFor({ timeout: 1500 });
        await page.waitForTimeout(MENU_IGNORES_CLICKS_MS);
        await entry.first().click({ timeout: 1500 });
        await menus.first().waitFor({ state: 'detached', timeout: 1500 });
      });
    },
    explorerMenu: async (name, item) => {
      const menu = page.locator('.context-view .monaco-menu');
      const entry = menu.locator('.action-item', { hasText: item });
      await retry(async () => {
        await page.keyboard.press('Escape');
        await file(name).click({ button: 'right', timeout: 5000 });
        // An extension that is not registered yet has no item: the menu is built when it opens.
        await entry.first().waitFor({ timeout: 1500 });
        await page.waitForTimeout(MENU_IGNORES_CLICKS_MS);
        await entry.first().click({ timeout: 1500 });
        await menu.waitFor({ state: 'detached', timeout: 1500 });
      });
    },
    palette,
    pick: async (row) => {
      const entry = quickInput.locator('.monaco-list-row', { hasText: row }).first();
      await entry.waitFor({ timeout: PATIENCE_MS });
      await entry.click();
    },
    saveAs: async (chosen) => {
      await input.waitFor({ timeout: PATIENCE_MS });
      // The dialog puts the proposed name in when it has read the folder, over anything that was typed before.
      const proposes = async () => (await input.inputValue()).endsWith(path.extname(chosen));
      for (const end = Date.now() + PATIENCE_MS; !(await proposes()) && Date.now() < end;) await delay(50);
      await confirmPath(chosen);
    },
    chooseFile: async (chosen) => {
      await quickInput.locator('.quick-input-title', { hasText: /\S/ }).waitFor({ timeout: PATIENCE_MS });
      await confirmPath(chosen);
    },
    wearTheme: async (name) => {
      await palette('Preferences: Color Theme');
      const row = quickInput.locator('.monaco-list-row', { hasText: name }).first();
      await input.fill(name);
      await row.click({ timeout: PATIENCE_MS });
      await quickInput.waitFor({ state: 'hidden' });
    },
    webview: (selector) => findFrame(page, selector),
    notification: async (text) => {
      const message = page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
      await message.waitFor({ timeout: PATIENCE_MS });
      return message;
    },
  };
}

async function ready(page: Page): Promise<void> {
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  // What extensions contribute comes a little later than the files.
  await page.locator('.activitybar').getByRole('tab', { name: 'Gradient Lens' }).waitFor({ timeout: 60_000 });
}

/** Repeats an action whose steps can be thrown off by a window that is still starting. */
async function retry(action: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    try {
      await action();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(50);
    }
  }
}

async function findFrame(page: Page, selector: string): Promise<Frame> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    for (const frame of page.frames()) {
      const found = await frame
        .locator(selector)
        .count()
        // The frame went away while it was looked at.
        .catch(() => 0);
      if (found > 0 && frame !== page.mainFrame()) return frame;
    }
    if (Date.now() > end) throw new Error(`No webview shows ${selector}.`);
    await page.waitForTimeout(50);
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
