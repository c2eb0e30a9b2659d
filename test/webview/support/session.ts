import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser';
import { addEditor, type OpenOptions, openPage, type TestPage } from './panelPage';
import { type PageName, serveSite, type Site } from './site';

/** A browser and the served pages for the tests of one file; a tab that a test closed serves the next. */
export function useBrowser(): (name: PageName, options?: OpenOptions) => Promise<TestPage> {
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let site: Site | undefined;
  const free: Page[] = [];
  beforeAll(async () => {
    [browser, site] = await Promise.all([launchBrowser(), serveSite()]);
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  return async (name, options = {}) => {
    if (context === undefined || site === undefined) throw new Error('The browser has not started.');
    const tab = free.pop() ?? (await newTab(context));
    return openPage(tab, site, name, options, () => free.push(tab));
  };
}

async function newTab(context: BrowserContext): Promise<Page> {
  const tab = await context.newPage();
  await addEditor(tab);
  return tab;
}

/** The bytes of a pane's canvas, RGBA. */
export async function readPixels({ page }: TestPage, pane: string): Promise<number[]> {
  return page.locator(`canvas[data-pane="${pane}"]`).evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    return Array.from((canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data);
  });
}

/** Indices of the pixels in which two pictures differ. */
export function differingPixels(first: readonly number[], second: readonly number[]): number[] {
  return Array.from({ length: first.length / 4 }, (_, pixel) => pixel).filter((pixel) =>
    [0, 1, 2].some((channel) => first[4 * pixel + channel] !== second[4 * pixel + channel]),
  );
}
