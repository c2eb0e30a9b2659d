import { element, icon } from './dom';

/** Warnings as a list, each behind its sign. */
export function warningItems(texts: readonly string[]): readonly HTMLElement[] {
  return texts.map((text) => element('li', {}, icon('warning', 'is-warning'), element('span', { text })));
}
