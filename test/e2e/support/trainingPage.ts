import type { Frame, Locator } from 'playwright-core';
import { expect } from 'vitest';
import { TRAINING_FORM, TRAINING_RUN } from './trainingSelectors';
import type { Workbench } from './workbench';

/** The page of the training panel, whichever of its two states it shows. */
export interface TrainingPage {
  readonly frame: Frame;
  readonly button: (name: string) => Locator;
  /** The canvases of the watched images, as one text that changes with every pixel. */
  readonly pictures: () => Promise<string[]>;
  /** Moves to a place among the kept frames and waits until it is drawn. */
  readonly scrub: (place: number) => Promise<void>;
  readonly export: (what: string) => Promise<void>;
}

const PICTURES = `[...document.querySelectorAll('ul[aria-label="Watched images"] canvas')].map((canvas) => canvas.toDataURL())`;

export async function trainingForm(workbench: Workbench): Promise<TrainingPage> {
  return pageOf(await workbench.webview(TRAINING_FORM));
}

export async function trainingRun(workbench: Workbench): Promise<TrainingPage> {
  return pageOf(await workbench.webview(TRAINING_RUN));
}

function pageOf(frame: Frame): TrainingPage {
  const button = (name: string) => frame.getByRole('button', { name, exact: true });
  return {
    frame,
    button,
    pictures: () => frame.evaluate<string[]>(PICTURES),
    async scrub(place) {
      await frame.getByRole('slider', { name: 'Minibatch' }).fill(String(place));
      const where = frame.getByRole('group', { name: 'Playback' }).locator('.scrub-step');
      await expect.poll(() => where.getAttribute('class')).not.toContain('is-loading');
    },
    async export(what) {
      await button('Export…').click();
      await frame.getByRole('menuitem', { name: what }).click();
    },
  };
}
