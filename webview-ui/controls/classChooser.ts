import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import type { ClassScore } from '../../src/core/result/record';
import { element } from '../dom';
import { formatPercent } from '../format';

export interface ClassChooser {
  readonly element: HTMLElement;
  /** `besides`: a class that cannot be chosen. */
  set(classNames: readonly string[], scores: readonly ClassScore[], chosen: number | undefined, besides?: number): void;
}

const NONE = 'none';

/** Chooses among all classes, the most probable first; typing searches. `none`: what it is called to choose none, where one may. */
export function createClassChooser(
  caption: string,
  chosen: (classIndex: number | undefined) => void,
  none?: string,
): ClassChooser {
  const select = document.createElement('vscode-single-select');
  select.combobox = true;
  select.filter = 'contains';
  select.label = caption;
  select.classList.add('class-chooser');
  select.addEventListener('change', () => {
    const classIndex = Number.parseInt(select.value, 10);
    if (Number.isSafeInteger(classIndex) || select.value === NONE)
      chosen(select.value === NONE ? undefined : classIndex);
  });
  const whole = element(
    'div',
    { class: 'field' },
    element('span', { class: 'field-caption', text: caption, attributes: { 'aria-hidden': 'true' } }),
    select,
  );
  let filled = '';
  return {
    element: whole,
    set(classNames, scores, classIndex, besides) {
      const options = [
        ...(none === undefined ? [] : [{ label: none, value: NONE }]),
        ...optionsOf(classNames, scores).filter(({ value }) => value !== String(besides)),
      ];
      const key = options.map((option) => option.label).join('\n');
      // Filling closes an open list, so it is done only when something changed.
      if (key !== filled) {
        filled = key;
        select.options = options.map((option) => ({ ...option, description: '', selected: false, disabled: false }));
      }
      select.value = String(classIndex ?? NONE);
    },
  };
}

function optionsOf(classNames: readonly string[], scores: readonly ClassScore[]): { label: string; value: string }[] {
  const scored = new Set(scores.map((score) => score.index));
  return [
    ...scores.map(({ index, name, probability }) => ({
      label: `${name} · ${formatPercent(probability)}`,
      value: String(index),
    })),
    ...classNames.flatMap((name, index) => (scored.has(index) ? [] : [{ label: name, value: String(index) }])),
  ];
}
