import type { DatasetRequest } from '../../../src/core/training/data/dataset';
import type { DatasetChoice } from '../../../src/protocol/training';
import { selectField } from '../../controls/field';
import { numberField, type NumberField } from '../../controls/numberField';
import { element } from '../../dom';
import { createClassChoice } from './classChoice';

export interface DatasetOptions {
  readonly element: HTMLElement;
  readonly set: (dataset: DatasetChoice) => void;
  readonly areValid: () => boolean;
}

/** Typing rests before the data set is read anew. */
const REST_MILLISECONDS = 600;

/** How the chosen data set is read; every change has it read again. */
export function createDatasetOptions(read: (request: DatasetRequest) => void, checked: () => void): DatasetOptions {
  let request: DatasetRequest = { path: '' };
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = (next: DatasetRequest, rest = 0): void => {
    request = next;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (areValid()) read(next);
    }, rest);
  };
  function number(
    caption: string,
    description: string,
    [minimum, maximum]: readonly [number, number],
    placeholder: string,
    key: 'width' | 'height' | 'limit',
  ): NumberField {
    const field = numberField({ caption, description, minimum, maximum, integer: true, placeholder }, (value) => {
      checked();
      if (field.isValid()) ask(without(request, key, value), REST_MILLISECONDS);
    });
    return field;
  }

  const width = number('Width', 'Width of the images in pixels.', [1, 4096], 'own', 'width');
  const height = number('Height', 'Height of the images in pixels.', [1, 4096], 'own', 'height');
  const limit = number('Limit', 'Train on at most so many images, chosen evenly by class.', [2, 1e9], 'all', 'limit');
  const color = selectField(
    'Colour',
    [
      { id: 'own', label: 'As in the files' },
      { id: 'rgb', label: 'Colour' },
      { id: 'grayscale', label: 'Grey' },
    ],
    (id) => ask(without(request, 'color', id === 'own' ? undefined : id)),
  );
  const resize = selectField(
    'Fit',
    [
      { id: 'own', label: 'Automatic' },
      { id: 'stretch', label: 'Stretch' },
      { id: 'center-crop', label: 'Crop the centre' },
      { id: 'pad', label: 'Pad' },
    ],
    (id) => ask(without(request, 'resize', id === 'own' ? undefined : id)),
  );
  const testShare = numberField(
    {
      caption: 'Test (%)',
      description: 'Share of each class that is held out to test.',
      minimum: 1,
      maximum: 90,
      integer: false,
      placeholder: '20',
    },
    (value) => {
      checked();
      if (testShare.isValid())
        ask(without(request, 'testShare', value === undefined ? undefined : value / 100), REST_MILLISECONDS);
    },
  );
  const classes = createClassChoice((names) => ask(without(request, 'classes', names)));
  const areValid = (): boolean => [width, height, limit, testShare].every((field) => field.isValid());

  return {
    element: element(
      'div',
      { class: 'dataset-options' },
      element(
        'div',
        { class: 'fields' },
        width.element,
        height.element,
        resize.element,
        color.element,
        limit.element,
        testShare.element,
      ),
      classes.element,
    ),
    set(dataset) {
      clearTimeout(timer);
      request = dataset.request;
      width.set(request.width);
      height.set(request.height);
      limit.set(request.limit);
      color.set(request.color ?? 'own');
      resize.set(request.resize ?? 'own');
      testShare.set(request.testShare === undefined ? undefined : Number((100 * request.testShare).toPrecision(6)));
      testShare.element.hidden = dataset.info?.testSource === 'own';
      classes.set(dataset);
    },
    areValid,
  };
}

/** The request with `key` at `value`, or without it. */
function without<K extends keyof DatasetRequest>(
  request: DatasetRequest,
  key: K,
  value: DatasetRequest[K] | undefined,
): DatasetRequest {
  const rest = Object.fromEntries(Object.entries(request).filter(([name]) => name !== key));
  return { ...rest, path: request.path, ...(value === undefined ? {} : { [key]: value }) };
}
