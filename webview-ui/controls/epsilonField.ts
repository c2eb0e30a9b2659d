import type { ParameterDeclaration } from '../../src/core/method/parameters';
import { element, uniqueId } from '../dom';
import { formatNumber, formatSteps } from '../format';
import { fillTrack } from './field';
import { createNumberInput } from './parameters';

type NumberDeclaration = Extract<ParameterDeclaration, { type: 'number' | 'integer' }>;

/** ε on a logarithmic slider, as a number, and in steps of an 8-bit picture. */
export interface EpsilonField {
  readonly element: HTMLElement;
  declare(declaration: NumberDeclaration): void;
  /** Shows a value, unless the user has the slider in hand. */
  set(value: number): void;
  value(): number;
}

interface EpsilonEvents {
  /** The slider moves. */
  readonly moved: () => void;
  /** It rests, or a number was entered. */
  readonly rested: () => void;
}

const POSITIONS = 400;
/** Keys move the slider in steps: it rests when none follows. */
const REST_MILLISECONDS = 150;

export function createEpsilonField(initial: NumberDeclaration, events: EpsilonEvents): EpsilonField {
  let declaration = initial;
  let value = initial.default;
  let isHeld = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const id = uniqueId('epsilon');
  const slider = element('input', {
    class: 'slider',
    id,
    title: initial.description,
    attributes: { type: 'range', min: '0', max: String(POSITIONS), step: '1', 'data-epsilon': '' },
  });
  const steps = element('output', { class: 'epsilon-steps number', title: 'In steps of an 8-bit picture' });
  const input = createNumberInput(initial, (entered) => {
    show(entered);
    events.rested();
  });
  // Steps of the slider are not those of the number: any number in range may be typed.
  input.step = 'any';
  input.setAttribute('aria-label', 'ε as a fraction of the pixel range');

  function show(next: number): void {
    value = next;
    input.value = String(next);
    input.removeAttribute('aria-invalid');
    slider.value = String(positionOf(next, declaration));
    describe();
  }

  function describe(): void {
    steps.textContent = `= ${formatSteps(value)}`;
    slider.setAttribute('aria-valuetext', `${formatNumber(value)}, ${formatSteps(value)}`);
    fillTrack(slider);
  }

  slider.addEventListener('input', () => {
    isHeld = true;
    value = valueAt(slider.valueAsNumber, declaration);
    input.value = String(value);
    describe();
    clearTimeout(timer);
    events.moved();
  });
  slider.addEventListener('change', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isHeld = false;
      events.rested();
    }, REST_MILLISECONDS);
  });
  show(value);

  return {
    element: element(
      'div',
      { class: 'field epsilon-field' },
      element('label', { class: 'field-caption', text: 'ε, largest change of a pixel', attributes: { for: id } }),
      element('div', { class: 'epsilon-row' }, slider, input, steps),
    ),
    declare(next) {
      declaration = next;
      input.min = String(next.minimum);
      input.max = String(next.maximum);
    },
    set(next) {
      if (!isHeld && document.activeElement !== input) show(next);
    },
    value: () => value,
  };
}

/** The least value that the slider tells from zero. */
function floorOf({ minimum, maximum }: NumberDeclaration): number {
  return minimum > 0 ? minimum : maximum / 1000;
}

function valueAt(position: number, declaration: NumberDeclaration): number {
  const floor = floorOf(declaration);
  const exact = floor * (declaration.maximum / floor) ** (position / POSITIONS);
  return Math.min(declaration.maximum, Math.max(declaration.minimum, Number(exact.toPrecision(3))));
}

function positionOf(value: number, declaration: NumberDeclaration): number {
  const floor = floorOf(declaration);
  if (value <= floor) return 0;
  return Math.round((POSITIONS * Math.log(value / floor)) / Math.log(declaration.maximum / floor));
}
