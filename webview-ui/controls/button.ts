import { element, icon } from '../dom';

export type ButtonKind = 'primary' | 'secondary' | 'quiet';

export function button(label: string, action: () => void, kind: ButtonKind = 'secondary', title?: string): HTMLElement {
  const created = element('button', {
    class: `button is-${kind}`,
    text: label,
    attributes: { type: 'button' },
    ...(title === undefined ? {} : { title }),
  });
  created.addEventListener('click', action);
  return created;
}

export function textButton(label: string, action: () => void, title: string): HTMLElement {
  return button(label, action, 'quiet', title);
}

/** A button of a page's head: its icon alone where the page is narrow. */
export function actionButton(
  name: string,
  label: string,
  action: () => void,
  kind: ButtonKind = 'secondary',
): HTMLElement {
  const created = button('', action, kind, label);
  created.classList.add('is-action');
  created.append(icon(name), element('span', { class: 'button-text', text: label }));
  return created;
}

/** A button that shows an icon alone; `label` is its name and tooltip. */
export function iconButton(name: string, label: string, action: () => void): HTMLElement {
  const created = element(
    'button',
    { class: 'button is-quiet is-icon', title: label, attributes: { type: 'button', 'aria-label': label } },
    icon(name),
  );
  created.addEventListener('click', action);
  return created;
}
