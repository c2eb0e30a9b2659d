import { element, icon, uniqueId } from '../dom';

interface MenuItem {
  readonly label: string;
  readonly detail: string;
  readonly action: () => void;
}

/** A button of a page's head that opens a short menu; arrow keys move in it, Escape closes it. */
export function menuButton(name: string, label: string, items: readonly MenuItem[]): HTMLElement {
  const id = uniqueId('menu');
  const entries = items.map(({ label: text, detail, action }) => {
    const entry = element(
      'button',
      { class: 'menu-item', role: 'menuitem', attributes: { type: 'button', tabindex: '-1' } },
      element('span', { text }),
      element('span', { class: 'menu-detail', text: detail }),
    );
    entry.addEventListener('click', () => {
      menu.hidePopover();
      action();
    });
    return entry;
  });
  const menu = element(
    'div',
    { class: 'menu', id, role: 'menu', attributes: { popover: 'auto', 'aria-label': label } },
    ...entries,
  );
  const opener = element(
    'button',
    {
      class: 'button is-secondary',
      attributes: { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': id },
    },
    icon(name),
    element('span', { class: 'button-text', text: label }),
    icon('chevron-down', 'button-chevron'),
  );
  opener.popoverTargetElement = menu;

  const close = (): void => {
    removeEventListener('scroll', close, true);
    if (menu.isConnected) menu.hidePopover();
  };
  menu.addEventListener('toggle', (event) => {
    const isOpen = event.newState === 'open';
    opener.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) {
      removeEventListener('scroll', close, true);
      return;
    }
    addEventListener('scroll', close, true);
    const { left, bottom } = opener.getBoundingClientRect();
    menu.style.top = `${bottom + 2}px`;
    menu.style.left = `${Math.max(4, Math.min(left, innerWidth - menu.offsetWidth - 4))}px`;
    entries[0]?.focus();
  });
  menu.addEventListener('keydown', (event) => {
    const focused = entries.indexOf(document.activeElement as HTMLButtonElement);
    const target = { ArrowDown: focused + 1, ArrowUp: focused - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === 'Tab') menu.hidePopover();
    if (target === undefined) return;
    event.preventDefault();
    entries.at(target % entries.length)?.focus();
  });
  return element('div', { class: 'menu-button' }, opener, menu);
}
