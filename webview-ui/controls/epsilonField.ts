import type { NormId } from '../../src/core/result/record';
import { element, uniqueId } from '../dom';
import { formatNumber, formatSteps } from '../format';
import { fillTrack } from './field';
import { type NumberDeclaration, NumberInput } from './numberInput';

/** ε on a logarithmic slider, as a number, and in steps of an 8-bit picture. */
export interface EpsilonField {
  readonly element: HTMLElement;
  /** `undefined`: the attack has no ε, and there is nothing to set. */
  declare(declaration: NumberDeclaration | undefined, norm: NormId): void;
  /** Shows a value, unless the user has the slider in hand. */
  set(value: number): void;
  /** Of an attack that has one. */
  value(): number | undefined;
  readonly dispose: () => void;
}

interface EpsilonEvents {
  /** The slider moves. */
  readonly moved: () => void;
  /** It rests, or a number was entered. */
  readonly rested: () => void;
}

const WORDS: Readonly<Record<NormId, { readonly text: string; readonly unit: string }>> = {
  linf: { text: 'largest change of a pixel', unit: 'as a fraction of the pixel range' },
  l2: { text: 'L2 norm of the change', unit: 'as an L2 norm in pixel units' },
};

const POSITIONS = 400;
/** Keys move the slider in steps: it rests when none follows. */
const REST_MILLISECONDS = 150;

export function createEpsilonField(initial: NumberDeclaration, events: EpsilonEvents): EpsilonField {
  let declaration = initial;
  let value = initial.default;
  let isHeld = false;
  let norm: NormId = 'linf';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const id = uniqueId('epsilon');
  const slider = element('input', {
    class: 'slider',
    id,
    title: initial.description,
    attributes: { type: 'range', min: '0', max: String(POSITIONS), step: '1', 'data-epsilon': '' },
  });
  const steps = element('output', { class: 'epsilon-steps number', title: 'In steps of an 8-bit picture' });
  const input = new NumberInput(initial, (entered) => {
    show(entered);
    events.rested();
  });
  // Steps of the slider are not those of the number: any number in range may be typed.
  input.element.step = 'any';
  const caption = element('label', { class: 'field-caption', attributes: { for: id } });

  function show(next: number): void {
    value = next;
    input.set(next);
    slider.value = String(positionOf(next, declaration));
    describe();
  }

  function describe(): void {
    const inSteps = norm === 'linf' ? formatSteps(value) : undefined;
    steps.textContent = inSteps === undefined ? '' : `= ${inSteps}`;
    slider.setAttribute(
      'aria-valuetext',
      [formatNumber(value), ...(inSteps === undefined ? [] : [inSteps])].join(', '),
    );
    fillTrack(slider);
  }

  slider.addEventListener('input', () => {
    isHeld = true;
    value = valueAt(slider.valueAsNumber, declaration);
    input.set(value);
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
  const whole = element(
    'div',
    { class: 'field epsilon-field' },
    caption,
    element('div', { class: 'epsilon-row' }, slider, input.element, steps),
    input.problem,
  );

  function explain(): void {
    const { text, unit } = WORDS[norm];
    caption.replaceChildren('ε', element('span', { class: 'epsilon-words', text: `, ${text}` }));
    input.element.setAttribute('aria-label', `ε ${unit}`);
    slider.title = declaration.description;
  }
  explain();
  show(value);

  return {
    element: whole,
    declare(next, nextNorm) {
      whole.hidden = next === undefined;
      if (next === undefined) return;
      // An ε of one norm says nothing in another.
      const begins = norm !== nextNorm;
      norm = nextNorm;
      declaration = next;
      input.declare(next);
      input.element.step = 'any';
      explain();
      if (begins) show(next.default);
    },
    set(next) {
      if (!isHeld && document.activeElement !== input.element) show(next);
    },
    value: () => (whole.hidden ? undefined : value),
    dispose: () => clearTimeout(timer),
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
