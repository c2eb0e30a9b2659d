import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser';
import { openPage, type TestPage } from './panelPage';
import { type PageName, serveSite, type Site } from './site';

type Options = Parameters<typeof openPage>[3];

/** A browser and the served pages for the tests of one file; every opened page is closed at the end. */
export function useBrowser(): (name: PageName, options?: Options) => Promise<TestPage> {
  let browser: Browser | undefined;
  let site: Site | undefined;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launchBrowser(), serveSite()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  return (name, options) => {
    if (browser === undefined || site === undefined) throw new Error('The browser has not started.');
    return openPage(browser, site, name, options);
  };
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
