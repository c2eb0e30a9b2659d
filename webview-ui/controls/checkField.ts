import { element, uniqueId } from '../dom';

export interface CheckField {
  readonly element: HTMLElement;
  readonly set: (checked: boolean) => void;
}

export function checkField(caption: string, description: string, changed: (checked: boolean) => void): CheckField {
  const id = uniqueId('check');
  const input = element('input', { id, class: 'checkbox', attributes: { type: 'checkbox' } });
  input.addEventListener('change', () => changed(input.checked));
  return {
    element: element(
      'div',
      { class: 'field is-checkbox', title: description },
      input,
      element('label', { text: caption, attributes: { for: id } }),
    ),
    set: (checked) => {
      input.checked = checked;
    },
  };
}
