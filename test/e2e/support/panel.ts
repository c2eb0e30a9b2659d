import type { Frame, Locator } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import type { Workbench } from './workbench';

/** Pixels of a pane's canvas, RGBA. */
export interface PanePixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The page of the panel. */
export interface Panel {
  readonly frame: Frame;
  /** A picture with its title and its footer. */
  readonly pane: (name: string) => Locator;
  readonly pixels: (name: string) => Promise<PanePixels>;
  /** A control by its caption. */
  readonly control: (caption: string | RegExp) => Locator;
  /** Waits until nothing is being computed. */
  readonly settled: () => Promise<void>;
}

/** The panel once it shows a result that has a pane of this name. */
export async function findPanel(workbench: Workbench, pane: string): Promise<Panel> {
  const frame = await workbench.webview(`canvas[data-pane="${pane}"]`);
  const panel: Panel = {
    frame,
    pane: (name) => frame.locator(`[data-pane-figure="${name}"]`),
    pixels: (name) => readPixels(frame, name),
    control: (caption) => frame.getByLabel(caption).first(),
    settled: async () => {
      await frame.locator('.busy').waitFor({ state: 'hidden' });
    },
  };
  await panel.settled();
  return panel;
}

async function readPixels(frame: Frame, name: string): Promise<PanePixels> {
  const url = await frame.evaluate<string>(
    `document.querySelector('canvas[data-pane="${name}"]').toDataURL('image/png')`,
  );
  const png = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

/** Shows a picture's attribution from its menu. */
export async function showAttribution(workbench: Workbench, file: string): Promise<Panel> {
  await workbench.explorerMenu(file, 'Show Attribution');
  return findPanel(workbench, 'overlay');
}

/** Waits until a pane's pixels pass `check`. */
export async function untilPixels(panel: Panel, name: string, check: (pixels: PanePixels) => boolean): Promise<void> {
  await expect.poll(async () => check(await panel.pixels(name)), { timeout: 15_000, interval: 50 }).toBe(true);
}

/** Whether two canvases differ in red, green or blue at a pixel. */
export function differsAt(a: PanePixels, b: PanePixels, pixel: number): boolean {
  return [0, 1, 2].some((channel) => a.rgba[4 * pixel + channel] !== b.rgba[4 * pixel + channel]);
}

export function samePixels(a: PanePixels, b: PanePixels): boolean {
  return a.width === b.width && Buffer.compare(a.rgba, b.rgba) === 0;
}
