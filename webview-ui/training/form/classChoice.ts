import type { DatasetChoice } from '../../../src/protocol/training';
import { button } from '../../controls/button';
import { checkField } from '../../controls/checkField';
import { element } from '../../dom';

export interface ClassChoice {
  readonly element: HTMLElement;
  readonly set: (dataset: DatasetChoice) => void;
}

const MOST_OFFERED = 200;

/** Which classes of a data set are used; the choice is read when it is applied. */
export function createClassChoice(apply: (classes: readonly string[] | undefined) => void): ClassChoice {
  const list = element('div', { class: 'class-list', role: 'group', attributes: { 'aria-label': 'Classes to use' } });
  const problem = element('p', { class: 'field-problem', attributes: { 'aria-live': 'polite' } });
  const whole = element(
    'details',
    { class: 'display', hidden: true },
    element('summary', { text: 'Classes' }),
    list,
    element(
      'div',
      { class: 'fields' },
      button('Use Selected', () => applySelected()),
      button('Use All', () => apply(undefined), 'quiet'),
      problem,
    ),
  );
  let known: { readonly path: string; readonly all: readonly string[] } | undefined;
  let selected = new Set<string>();

  function applySelected(): void {
    const classes = known?.all.filter((name) => selected.has(name)) ?? [];
    problem.textContent = classes.length < 2 ? 'Choose at least two classes.' : '';
    if (classes.length < 2) return;
    apply(classes.length === known?.all.length ? undefined : classes);
  }

  return {
    element: whole,
    set({ request, info }) {
      if (info === undefined) return;
      // A restricted data set names only its own classes: the others are remembered from before.
      const remembered = known?.path === request.path ? known.all : [];
      const all = request.classes === undefined ? info.classes : [...new Set([...remembered, ...info.classes])];
      known = { path: request.path, all };
      selected = new Set(info.classes);
      whole.hidden = all.length < 3 || all.length > MOST_OFFERED;
      problem.textContent = '';
      list.replaceChildren(
        ...(whole.hidden ? [] : all).map((name) => {
          const control = checkField(name, name, (checked) => {
            if (checked) selected.add(name);
            else selected.delete(name);
          });
          control.set(selected.has(name));
          return control.element;
        }),
      );
    },
  };
}
