import { announce } from '../announce';
import { element } from '../dom';

/** The line at the foot of the page: what lies under the probe, and the zoom. */
export interface StatusBar {
  readonly element: HTMLElement;
  show(text: string | undefined, byKey: boolean): void;
}

const INVITATION = 'Point at a pane, or focus it and use the arrow keys, to read a pixel.';

export function createStatusBar(zoomBar: HTMLElement): StatusBar {
  const text = element('p', { class: 'probe-text', id: 'probe', text: INVITATION });
  return {
    element: element('footer', { class: 'status-bar' }, text, zoomBar),
    show(probe, byKey) {
      text.textContent = probe ?? INVITATION;
      text.classList.toggle('has-probe', probe !== undefined);
      if (byKey) announce(probe ?? 'Probe cleared');
    },
  };
}
