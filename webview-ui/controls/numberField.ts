import { isWithin, rangeWords, type Range } from '../../src/core/schema/numbers';
import { element, uniqueId } from '../dom';
import { formatNumber } from '../format';

export interface NumberSpec {
  readonly caption: string;
  readonly description: string;
  readonly range: Range;
  /** May be left empty; shown greyed where it is. */
  readonly placeholder?: string;
}

/** A number with its caption above and, where it is wrong, a sentence below. */
export interface NumberField {
  readonly element: HTMLElement;
  readonly set: (value: number | undefined) => void;
  readonly isValid: () => boolean;
}

export function numberProblem(text: string, { range, placeholder }: NumberSpec): string | undefined {
  if (text.trim() === '') return placeholder === undefined ? 'Enter a number.' : undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return 'This is not a number.';
  if (range.isWhole && !Number.isInteger(value)) return 'Enter a whole number.';
  return isWithin(range, value) ? undefined : `Enter a number ${rangeWords(range, (bound) => formatNumber(bound, 6))}.`;
}

/** Reports values that are allowed, as they are typed; undefined: left empty. */
export function numberField(spec: NumberSpec, changed: (value: number | undefined) => void): NumberField {
  const id = uniqueId('number');
  const input = element('input', {
    class: 'number-input number',
    id,
    title: spec.description,
    attributes: {
      type: 'text',
      inputmode: spec.range.isWhole ? 'numeric' : 'decimal',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': `${id}-problem`,
      ...(spec.placeholder === undefined ? {} : { placeholder: spec.placeholder }),
    },
  });
  const words = element('p', { class: 'field-problem', id: `${id}-problem`, hidden: true });

  function validate(): boolean {
    const problem = numberProblem(input.value, spec);
    words.hidden = problem === undefined;
    words.textContent = problem ?? '';
    input.setAttribute('aria-invalid', String(problem !== undefined));
    return problem === undefined;
  }
  input.addEventListener('input', () => {
    validate();
    changed(numberOf(input.value, spec));
  });

  return {
    element: element(
      'div',
      { class: 'field' },
      element('label', { class: 'field-caption', text: spec.caption, attributes: { for: id } }),
      input,
      words,
    ),
    set(value) {
      // What is being typed is not rewritten: 0.0 is on the way to 0.01.
      if (document.activeElement !== input) input.value = value === undefined ? '' : String(value);
      validate();
    },
    isValid: () => numberProblem(input.value, spec) === undefined,
  };
}

/** The allowed number; undefined where there is none. */
function numberOf(text: string, spec: NumberSpec): number | undefined {
  return text.trim() === '' || numberProblem(text, spec) !== undefined ? undefined : Number(text);
}
