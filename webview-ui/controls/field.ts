import { element, icon, uniqueId } from '../dom';

/** A control under its caption. */
interface Field {
  readonly element: HTMLElement;
}

export function field(caption: string, control: HTMLElement, className = '', shown = control): HTMLElement {
  const id = control.id === '' ? uniqueId('control') : control.id;
  control.id = id;
  return element(
    'div',
    { class: `field ${className}`.trim() },
    element('label', { class: 'field-caption', text: caption, attributes: { for: id } }),
    shown,
  );
}

export interface SelectOption<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly description?: string;
}

export interface SelectField<T extends string> extends Field {
  set(value: T): void;
  setOptions(options: readonly SelectOption<T>[]): void;
}

export function selectField<T extends string>(
  caption: string,
  options: readonly SelectOption<T>[],
  changed: (value: T) => void,
): SelectField<T> {
  const select = element('select', { class: 'select' });
  let current = options;
  const explain = (): void => {
    select.title = current.find((option) => option.id === select.value)?.description ?? '';
  };
  const fill = (next: readonly SelectOption<T>[]): void => {
    current = next;
    select.replaceChildren(
      ...next.map(({ id, label, description }) =>
        element('option', {
          text: label,
          attributes: { value: id },
          ...(description === undefined ? {} : { title: description }),
        }),
      ),
    );
    explain();
  };
  fill(options);
  select.addEventListener('change', () => {
    explain();
    changed(select.value as T);
  });
  return {
    element: field(caption, select, '', element('span', { class: 'select-box' }, select, icon('chevron-down'))),
    setOptions: fill,
    set(value) {
      select.value = value;
      explain();
    },
  };
}

export interface SliderField extends Field {
  set(value: number): void;
}

interface SliderOptions {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly format: (value: number) => string;
  readonly className?: string;
}

/** A slider that reports while it moves. */
export function sliderField(
  caption: string,
  { minimum, maximum, step, format, className }: SliderOptions,
  moved: (value: number) => void,
): SliderField {
  const slider = element('input', {
    class: 'slider',
    attributes: { type: 'range', min: String(minimum), max: String(maximum), step: String(step) },
  });
  const output = element('output', { class: 'slider-value number' });
  const show = (): void => {
    const value = slider.valueAsNumber;
    output.textContent = format(value);
    slider.setAttribute('aria-valuetext', format(value));
    fillTrack(slider);
  };
  slider.addEventListener('input', () => {
    show();
    moved(slider.valueAsNumber);
  });
  const whole = field(caption, slider, `slider-field ${className ?? ''}`.trim());
  whole.append(output);
  return {
    element: whole,
    set(value) {
      slider.value = String(value);
      show();
    },
  };
}

/** Tells the style how far the track is filled. */
export function fillTrack(slider: HTMLInputElement): void {
  const minimum = Number(slider.min);
  const share = (slider.valueAsNumber - minimum) / (Number(slider.max) - minimum);
  slider.style.setProperty('--filled', `${100 * share}%`);
}
