import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { announce } from './announce';
import { button } from './controls/button';
import { element } from './dom';
import type { Work } from './state';

export interface BusyIndicator {
  readonly element: HTMLElement;
  show(work: Work): void;
}

const STAGES = { model: 'Loading the model', image: 'Reading the picture', compute: 'Computing' } as const;
/** Shorter work is not worth a flicker. */
const PATIENCE_MILLISECONDS = 150;
const ANNOUNCED_QUARTERS = [25, 50, 75];

/** A small widget over the page: what runs, how far it is, and Cancel. */
export function createBusyIndicator(cancel: () => void): BusyIndicator {
  const title = element('span', { class: 'busy-title' });
  const stage = element('span', { class: 'busy-stage number' });
  const bar = document.createElement('vscode-progress-bar');
  const whole = element(
    'div',
    { class: 'busy', hidden: true, role: 'group', attributes: { 'aria-label': 'Running request' } },
    bar,
    element(
      'div',
      { class: 'busy-row' },
      element('div', { class: 'busy-text' }, title, stage),
      button('Cancel', cancel),
    ),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  let announcedQuarter = 0;
  let isBusy = false;

  return {
    element: whole,
    show(work) {
      if (work.kind === 'idle') {
        clearTimeout(timer);
        timer = undefined;
        whole.hidden = true;
        isBusy = false;
        return;
      }
      const { progress } = work;
      title.textContent = work.title;
      bar.ariaLabel = work.title;
      const isCounted = progress !== undefined && progress.total > 1;
      bar.indeterminate = !isCounted;
      if (progress !== undefined) {
        bar.max = Math.max(1, progress.total);
        bar.value = progress.done;
      }
      stage.textContent =
        progress === undefined
          ? ''
          : `${STAGES[progress.stage]}${isCounted ? ` ${progress.done} of ${progress.total}` : ''}`;
      if (!isBusy) {
        isBusy = true;
        announcedQuarter = 0;
        announce(work.title);
        timer = setTimeout(() => {
          whole.hidden = false;
        }, PATIENCE_MILLISECONDS);
      } else if (isCounted) {
        const percent = (100 * progress.done) / progress.total;
        const quarter = ANNOUNCED_QUARTERS.findLast((threshold) => percent >= threshold) ?? 0;
        if (quarter > announcedQuarter) announce(`${quarter} percent`);
        announcedQuarter = Math.max(announcedQuarter, quarter);
      }
    },
  };
}
