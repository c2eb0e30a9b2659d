import { element } from '../../dom';

/** A part of the form under its heading. */
export function section(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element(
    'section',
    { class: 'form-section', attributes: { 'aria-label': title } },
    element('h2', { text: title }),
    ...children,
  );
}
