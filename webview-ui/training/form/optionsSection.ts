import type { Asked, Possibility } from '../../../src/core/schema/words';
import { type TrainingOptions, trainingOptions } from '../../../src/training/options';
import { checkField } from '../../controls/checkField';
import { type SelectField, selectField } from '../../controls/field';
import { type NumberField, numberField } from '../../controls/numberField';
import { element } from '../../dom';
import * as fields from './optionFields';
import { section } from './section';

export interface OptionsSection {
  readonly element: HTMLElement;
  readonly set: (options: TrainingOptions) => void;
  readonly areValid: () => boolean;
}

interface OptionsEvents {
  readonly changed: (options: TrainingOptions) => void;
  /** A field became valid or invalid. */
  readonly checked: () => void;
  readonly toggled: (isOpen: boolean) => void;
}

const { entries } = trainingOptions;

export function createOptionsSection(
  initial: TrainingOptions,
  isOpen: boolean,
  { changed, checked, toggled }: OptionsEvents,
): OptionsSection {
  let options = initial;
  const numbers: { readonly field: fields.OptionField; readonly control: NumberField }[] = [];

  const change = (next: TrainingOptions): void => {
    options = next;
    show();
    changed(next);
  };
  function number(field: fields.OptionField): HTMLElement {
    const control = numberField(field.spec, (value) => {
      if (value === undefined) checked();
      else change(field.set(options, value));
    });
    numbers.push({ field, control });
    return control.element;
  }

  const optimizer = select(entries.optimizer.entries.kind, (kind) =>
    change({ ...options, optimizer: { ...options.optimizer, kind } }),
  );
  const schedule = select(entries.optimizer.entries.schedule, (id) =>
    change({ ...options, optimizer: { ...options.optimizer, schedule: id } }),
  );
  const checkpoints = select(entries.checkpoints.entries.kind, (kind) =>
    change({ ...options, checkpoints: { ...options.checkpoints, kind } }),
  );
  const scoreOf = select(entries.watch.entries.scoreOf, (id) =>
    change({ ...options, watch: { ...options.watch, scoreOf: id } }),
  );
  const { caption, description } = entries.augmentation.entries.flip.words;
  const flip = checkField(caption, description, (checkedNow) =>
    change({ ...options, augmentation: { ...options.augmentation, flip: checkedNow } }),
  );

  const group = (title: string, ...children: readonly HTMLElement[]): HTMLElement =>
    element(
      'fieldset',
      { class: 'field-group' },
      element('legend', { class: 'field-caption', text: title }),
      element('div', { class: 'fields' }, ...children),
    );
  const more = element(
    'details',
    { class: 'display' },
    element('summary', { text: 'More' }),
    group('Optimisation', schedule.element, number(fields.momentum), number(fields.weightDecay)),
    group('Data', number(fields.validationShare), number(fields.seed)),
    group('Augmentation', flip.element, number(fields.shift), number(fields.crop)),
    group('Checkpoints', checkpoints.element, number(fields.checkpointEvery)),
    group('Watching', number(fields.watchEvery), scoreOf.element, number(fields.frameSide)),
  );
  more.open = isOpen;
  more.addEventListener('toggle', () => toggled(more.open));

  function show(): void {
    optimizer.set(options.optimizer.kind);
    schedule.set(options.optimizer.schedule);
    checkpoints.set(options.checkpoints.kind);
    scoreOf.set(options.watch.scoreOf);
    flip.set(options.augmentation.flip);
    for (const { field, control } of numbers) {
      control.element.hidden = field.applies?.(options) === false;
      if (control.isValid() || control.element.hidden) control.set(field.get(options));
    }
  }

  const main = element(
    'div',
    { class: 'fields' },
    number(fields.epochs),
    number(fields.batchSize),
    optimizer.element,
    number(fields.learningRate),
  );
  for (const { field, control } of numbers) control.set(field.get(options));
  show();

  return {
    element: section('Options', main, more),
    set(next) {
      options = next;
      for (const { field, control } of numbers) control.set(field.get(next));
      show();
    },
    areValid: () => numbers.every(({ control }) => control.element.hidden || control.isValid()),
  };
}

function select<T extends string>(
  { words, possibilities }: Asked<{ readonly possibilities: readonly Possibility<T>[] }>,
  changed: (value: T) => void,
): SelectField<T> {
  return selectField(words.caption, possibilities, changed);
}
