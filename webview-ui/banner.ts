import type { PanelError } from '../src/protocol/panel';
import { button, iconButton } from './controls/button';
import { element, icon } from './dom';

export interface Banner {
  readonly element: HTMLElement;
  show(failure: PanelError | undefined): void;
}

/** A failed request above what is still shown. */
export function createBanner(dismiss: () => void, showLog?: () => void): Banner {
  const whole = element('div', { class: 'banner', role: 'alert', hidden: true });
  return {
    element: whole,
    show(failure) {
      whole.hidden = failure === undefined;
      whole.replaceChildren();
      if (failure === undefined) return;
      whole.append(
        icon('error', 'is-error'),
        element(
          'p',
          { class: 'banner-text' },
          element('strong', { text: failure.message }),
          ' ',
          element('span', { text: failure.hint }),
        ),
        ...(showLog === undefined ? [] : [button('Show Log', showLog, 'quiet')]),
        iconButton('close', 'Dismiss', dismiss),
      );
    },
  };
}
