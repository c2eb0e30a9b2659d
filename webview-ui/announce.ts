import { element } from './dom';

const region = element('div', { class: 'screen-reader', attributes: { 'aria-live': 'polite', 'aria-atomic': 'true' } });

/** Says `text` to a screen reader; the latest wins. */
export function announce(text: string): void {
  // A repeated text is announced again only if the content changes.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

export function mountAnnouncements(parent: Element): void {
  parent.append(region);
}
