import type { ParameterDeclaration } from '../../src/core/method/parameters';
import { isWithin, rangeWords, type Range } from '../../src/core/schema/numbers';
import { element, uniqueId } from '../dom';
import { formatNumber } from '../format';

export type NumberDeclaration = Extract<ParameterDeclaration, { type: 'number' | 'integer' }>;

/** A number that reports values which its declaration allows, says at others what is allowed, and takes them back on Escape. */
export class NumberInput {
  readonly element = element('input', { class: 'number-input number', attributes: { type: 'number' } });
  readonly problem = element('p', { class: 'field-problem', id: uniqueId('problem'), hidden: true });
  #range: Range;
  #value = Number.NaN;

  constructor(declaration: NumberDeclaration, changed: (value: number) => void) {
    this.element.setAttribute('aria-describedby', this.problem.id);
    this.#range = this.#declared(declaration);
    this.element.addEventListener('change', () => {
      const value = this.element.valueAsNumber;
      if (!isWithin(this.#range, value)) {
        this.#say(`Enter a ${this.#range.isWhole ? 'whole ' : ''}number ${rangeWords(this.#range, words)}.`);
        return;
      }
      this.set(value);
      changed(value);
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.element.value === String(this.#value)) return;
      event.stopPropagation();
      this.set(this.#value);
    });
  }

  declare(declaration: NumberDeclaration): void {
    this.#range = this.#declared(declaration);
  }

  #declared({ minimum, maximum, type, step }: NumberDeclaration): Range {
    this.element.min = String(minimum);
    this.element.max = String(maximum);
    this.element.step = String(step ?? (type === 'integer' ? 1 : 'any'));
    return { minimum, maximum, isWhole: type === 'integer' };
  }

  set(value: number): void {
    this.#value = value;
    this.element.value = String(value);
    this.#say(undefined);
  }

  #say(problem: string | undefined): void {
    this.problem.hidden = problem === undefined;
    this.problem.textContent = problem ?? '';
    this.element.setAttribute('aria-invalid', String(problem !== undefined));
  }
}

function words(bound: number): string {
  return formatNumber(bound, 6);
}
