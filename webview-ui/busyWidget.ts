import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { button } from './controls/button';
import { element } from './dom';

export interface BusyWidget {
  readonly element: HTMLElement;
  readonly show: (work: ShownWork) => void;
  readonly hide: () => void;
}

interface ShownWork {
  readonly title: string;
  readonly detail: string;
  readonly counted?: Counted;
  /** What the button is called; absent: Cancel. */
  readonly end?: string;
}

/** How far it is. */
interface Counted {
  readonly done: number;
  readonly total: number;
}

/** Shorter work is not worth a flicker. */
const PATIENCE_MILLISECONDS = 150;

/** A small box over the page: what runs, how far it is, and Cancel. */
export function createBusyWidget(cancel: () => void): BusyWidget {
  const title = element('span', { class: 'busy-title' });
  const detail = element('span', { class: 'busy-stage number' });
  const bar = document.createElement('vscode-progress-bar');
  const ending = button('Cancel', cancel);
  const whole = element(
    'div',
    { class: 'busy', hidden: true, role: 'group', attributes: { 'aria-label': 'Running request' } },
    bar,
    element('div', { class: 'busy-row' }, element('div', { class: 'busy-text' }, title, detail), ending),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element: whole,
    show(work) {
      title.textContent = work.title;
      detail.textContent = work.detail;
      ending.textContent = work.end ?? 'Cancel';
      bar.ariaLabel = work.title;
      bar.indeterminate = work.counted === undefined;
      bar.max = work.counted?.total ?? 1;
      bar.value = work.counted?.done ?? 0;
      timer ??= setTimeout(() => {
        whole.hidden = false;
      }, PATIENCE_MILLISECONDS);
    },
    hide() {
      clearTimeout(timer);
      timer = undefined;
      whole.hidden = true;
    },
  };
}
